// How long a connection of a client or of another node may be of no use to anyone. Those of
// config/limits.hpp, unless a test has no time for them.
#pragma once

#include "config/limits.hpp"

#include <chrono>

namespace orderd::cluster {

struct connection_timeouts {
  std::chrono::milliseconds connect{limits::connect_ms_max}; ///< until it is made; then another try follows
  std::chrono::milliseconds hello{limits::unintroduced_ms_max}; ///< from its opening to its first valid frame
  std::chrono::milliseconds frame{limits::frame_ms_max};        ///< from a frame's first byte to its last
  std::chrono::milliseconds parting{limits::refused_ms_max};    ///< for its peer to read why it was refused
};

} // namespace orderd::cluster
