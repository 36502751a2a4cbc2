// How many bytes rows and epochs count, wherever something bounds them. There are two numbers, since a row of
// a few bytes takes far more memory than that; which of them counts is said by what is bounded.
#pragma once

#include "runtime/storage/row.hpp"

#include <cstddef>

namespace orderd::runtime {

/// In a journal record or in a frame between nodes, about: for the open epoch, which must fit a frame, and
/// for what a replica sends and keeps.
inline std::size_t record_bytes(const row_write& what) noexcept {
  constexpr std::size_t head = 16; // table, three lengths of up to four bytes, and their tags
  return head + what.key.key().size() + (what.value ? what.value->size() : 0);
}
inline std::size_t record_bytes(const epoch& what) noexcept {
  std::size_t bytes = sizeof what;
  for (const auto& write : what.writes)
    bytes += record_bytes(write);
  return bytes;
}

/// In memory: for what waits to be applied, of a running shard (admission) and of a start.
inline std::size_t memory_bytes(const row_write& what) noexcept {
  return sizeof what + (what.value ? what.value->size() : 0);
}
inline std::size_t memory_bytes(const epoch& what) noexcept {
  std::size_t bytes = sizeof what;
  for (const auto& write : what.writes)
    bytes += memory_bytes(write);
  return bytes;
}

} // namespace orderd::runtime
