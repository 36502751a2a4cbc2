// Connects sockets on a thread of its own: a host that does not answer must not delay the multiplexer.
//
//   connector_ = system().spawn<caf::detached>(connector, limit);
//   send(connector_, connect_to{link, endpoint}); // answered by connect_done
//
// One for each host, so that none waits for another. It takes at most `limit` for each. End it with an
// exit message.
#pragma once

#include "cluster/wire/socket.hpp"
#include "cluster/wire/type_ids.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/type_id.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace orderd::cluster {

/// Client or peers -> connector: connect; the answer is `connect_done`.
struct connect_to {
  std::size_t link = 0; ///< comes back with the answer
  std::string endpoint;
};

/// Connector -> whoever asked: a connected socket, or why there is none.
struct connect_done {
  std::size_t link = 0;
  std::shared_ptr<socket> connected;
  std::string error;
};

caf::behavior connector(caf::event_based_actor* self, std::chrono::milliseconds limit);

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_connector, orderd::cluster::type_ids::connector)
CAF_ADD_TYPE_ID(orderd_connector, (orderd::cluster::connect_to))
CAF_ADD_TYPE_ID(orderd_connector, (orderd::cluster::connect_done))
CAF_END_TYPE_ID_BLOCK(orderd_connector)
static_assert(caf::id_block::orderd_connector::end <= orderd::cluster::type_ids::client);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::connect_to)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::connect_done)
