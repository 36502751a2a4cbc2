// The limits of a node's connections, beside those of limits.hpp, each with its unit and reason.
#pragma once

#include "config/limits.hpp"

#include <cstddef>

namespace orderd::limits {

/// Connections that have not said HELLO. Somebody who connects 10,000 times a second and says nothing leaves
/// an honest client 25 ms for its HELLO, which it sends at once.
inline constexpr std::size_t unintroduced_connections_max = 256;

/// Places beside connections_max for those who say that they are operators: a person at each of some
/// terminals, and scripts that watch.
inline constexpr std::size_t operator_connections_max = 16;

/// What one read of a connection takes that has just begun to send, or has been at rest: most requests.
inline constexpr std::size_t read_bytes_at_rest = 4u << 10;

/// The same while it sends more than that at once.
inline constexpr std::size_t read_bytes_max = 64u << 10;

} // namespace orderd::limits
