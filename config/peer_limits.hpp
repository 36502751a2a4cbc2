// The limits of what nodes send each other, beside those of limits.hpp, each with its unit and reason.
#pragma once

#include "config/limits.hpp"

#include <algorithm>
#include <cstddef>

namespace orderd::limits {

/// Connections of one node that wait for an older one to end: what its attempts to come back may leave.
inline constexpr std::size_t peer_connections_waiting_max = 4;

/// Connections to the port for nodes that have not said PEER_HELLO: a pool of their own, so that silence
/// keeps no node out. Somebody who connects 10,000 times a second and says nothing leaves a node 12 ms for
/// its PEER_HELLO, which it sends at once.
inline constexpr std::size_t peer_unintroduced_max = 128;

/// Of them and of others that are refused, those that have a moment to read why.
inline constexpr std::size_t peer_connections_refused_max = 64;

/// As peer_untaken_bytes_max, of all nodes together: what a node that is behind has to keep, however many
/// others send.
inline constexpr std::size_t peer_untaken_total_max = 64u << 20;

/// Elements (epochs and the rows in them, rows of copies, commands, starts of terms) of a message of so many
/// bytes: one in 16 bytes, about the smallest that rows are together, and some that may be smaller. Decoded,
/// one takes up to 144 bytes, so no message takes more than 9 times its bytes, and a MiB.
constexpr std::size_t peer_elements_of(std::size_t bytes) {
  return std::min(bytes / 16 + 4'096, peer_elements_max);
}

/// Bytes of the journal that all shards together may keep for copies that are under way: a quarter of what it
/// holds, half of that from which new orders are refused. A copy that needs more is begun anew.
inline constexpr std::size_t journal_held_bytes_max = std::size_t{16} << 30;

} // namespace orderd::limits
