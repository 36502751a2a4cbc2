// A broker that leaves nothing behind: no connection that its peer keeps open, no message to nobody.
#pragma once

#include <caf/io/broker.hpp>
#include <caf/io/connection_handle.hpp>

#include <sys/socket.h>

#include <utility>

namespace orderd::cluster {

class tidy_broker : public caf::io::broker {
public:
  using caf::io::broker::broker;

  /// When it ends, its mailbox is emptied, as every other actor's is. CAF's brokers keep theirs, and a
  /// message to oneself in it would keep its actor, and whatever that holds, for ever.
  bool cleanup(caf::error&& why, caf::execution_unit* host) override {
    close_all();
    // NOLINTNEXTLINE(bugprone-parent-virtual-call): the parent's is the one that keeps the mailbox
    return caf::scheduled_actor::cleanup(std::move(why), host);
  }

protected:
  /// Closes a connection whatever its peer does. `close` alone lets CAF wait until what is unsent is sent,
  /// and a peer that does not read would hold the descriptor without end. The handle of a connection is its
  /// descriptor; it must still be open. No message about the connection follows.
  void cut(caf::io::connection_handle connection) {
    ::shutdown(static_cast<int>(connection.id()), SHUT_RDWR);
    close(connection);
  }
};

} // namespace orderd::cluster
