// Closing a socket of a broker for certain.
#pragma once

#include <caf/io/broker.hpp>
#include <caf/io/connection_handle.hpp>

#include <sys/socket.h>

namespace orderd::cluster {

/// Closes a connection whatever its peer does. `close` alone lets CAF wait until what is unsent is sent, and
/// a peer that does not read would hold the descriptor without end. The handle of a connection is its
/// descriptor; it must still be open. No message about the connection follows.
inline void cut(caf::io::broker& owner, caf::io::connection_handle connection) {
  ::shutdown(static_cast<int>(connection.id()), SHUT_RDWR);
  owner.close(connection);
}

} // namespace orderd::cluster
