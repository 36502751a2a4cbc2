// What a node does with its storage when it starts: the journal's rest goes into the states.
#pragma once

#include "runtime/store.hpp"

#include <cstdint>
#include <vector>

namespace orderd::runtime {

/// Where a shard stands after recovery: its next epoch is `epoch + 1`.
struct recovered_shard {
  std::uint32_t shard = 0;
  std::uint64_t epoch = 0; ///< last epoch, in the state store; 0: none yet
  std::uint64_t term = 0;  ///< its term
};

/// Replays the journal and applies to each state store what it lacks, at most about 64 MiB in memory at
/// a time; then the journal may trim all of it. Call once, after opening, before anything else.
///
/// `corrupt`, with a diagnosis, when a shard's epochs have a gap, an epoch names another term for the
/// one before it than that one has, the journal and the state do not fit together, or a record is
/// damaged; else as the stores say. Nothing is skipped or repaired.
result<std::vector<recovered_shard>> recover(storage& from);

} // namespace orderd::runtime
