// The limits of a node's connections, beside those of limits.hpp, each with its unit and reason.
#pragma once

#include "config/limits.hpp"

#include <cstddef>
#include <cstdint>

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

// What all connections of a node hold together: a budget, since each by itself may hold some 25 MiB.

/// Bytes of a frame that needs none of the budget while it is unfinished: 64 MiB of all connections together.
inline constexpr std::size_t small_frame_bytes_max = 64u << 10;

/// Bytes that the unfinished larger frames of all connections may come to, by the lengths that they announce.
/// A frame on the way takes milliseconds on this machine, and 128 of the largest fit.
inline constexpr std::size_t unfinished_bytes_max = 128u << 20;

/// How long an unfinished larger frame keeps its part of the budget when another one needs it.
inline constexpr std::uint32_t unfinished_ms_kept = 500;

/// Encoded bytes of requests that may be unanswered, of all connections together: sixteen full windows.
inline constexpr std::size_t unanswered_bytes_max = 256u << 20;

/// Bytes of replies that may be unread, of all connections together.
inline constexpr std::size_t unread_bytes_max = 256u << 20;

/// What one connection may always leave unread: a page, though others have taken the whole budget.
inline constexpr std::size_t unread_bytes_granted = 64u << 10;

} // namespace orderd::limits
