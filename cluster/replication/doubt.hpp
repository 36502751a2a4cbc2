// Why a replica does not do what another node says. Each is a bug, a stale process, or somebody who is no
// node at all; the replica goes on as if nothing had been said, and the replica host counts it and says so,
// seldom enough.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace orderd::cluster {

enum class doubt : std::uint8_t {
  unknown_node,     ///< no copy of the shard belongs there, and none that counts is there
  unconfirmed_term, ///< the configuration store names another primary for that term
  own_term,         ///< it says that it leads the term that this node leads
  far_term,         ///< a term further above the known one than terms get
  sound_disk,       ///< this disk is said to lack what it has, or by who is not the primary
  journals_apart,   ///< nothing in common is known with the primary's journal, but this replica may lead
  other_epoch,      ///< of a term and a number there are two epochs
  other_rows,       ///< after the same epochs it has other rows
  beyond_end,       ///< its journal goes on where that of its primary ends
};

inline constexpr std::array<std::string_view, 9> doubt_names{
    "unknown_node",   "unconfirmed_term", "own_term",   "far_term",  "sound_disk",
    "journals_apart", "other_epoch",      "other_rows", "beyond_end"};

constexpr std::string_view name_of(doubt what) noexcept {
  return doubt_names[static_cast<std::size_t>(what)];
}

} // namespace orderd::cluster
