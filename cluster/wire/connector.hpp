// Connects sockets on a thread of its own: a host that does not answer must not delay the multiplexer.
//
//   connector_ = system().spawn<caf::detached>(connector); // one for each host, so that none waits for
//   another send(connector_, connect_to{endpoint});                // answered by connect_done
//
// It takes at most two seconds for each. End it with an exit message.
#pragma once

#include "cluster/node/messages.hpp"

#include <caf/event_based_actor.hpp>

namespace orderd::cluster {

caf::behavior connector(caf::event_based_actor* self);

} // namespace orderd::cluster
