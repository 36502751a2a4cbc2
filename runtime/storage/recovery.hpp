// What a node does with its storage when it starts: the journal's rest goes into the states or, where there
// are replicas, is shown to those who must agree on it first.
#pragma once

#include "runtime/storage/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::runtime {

/// Where a shard stands after recovery: its next epoch is the one after `last`.
struct recovered_shard {
  std::uint32_t shard = 0;
  epoch_mark last; ///< in the state store
};

/// Replays the journal and applies to each state store what it lacks, at most about 64 MiB in memory at
/// a time; then the journal may trim all of it. Call once, after opening, before anything else.
///
/// `corrupt`, with a diagnosis, when a shard's epochs have a gap, an epoch names another term or hash for the
/// one before it than that one has, the journal and the state do not fit together, the state lacks what the
/// journal gave back, or a record is damaged; else as the stores say. Nothing is skipped or repaired.
result<std::vector<recovered_shard>> recover(storage& from);

/// What a node has of one shard. The journal's end may hold epochs that were never committed.
struct replica_storage {
  /// Epochs of a term, from the first of them that is in the journal.
  struct term_start {
    std::uint64_t term = 0;
    std::uint64_t first_epoch = 0;
    friend bool operator==(const term_start&, const term_start&) = default;
  };

  std::uint32_t shard = 0;
  epoch_mark applied;                ///< of the state store
  std::uint64_t journal_first = 0;   ///< the first epoch in the journal; 0: none
  epoch_mark end;                    ///< the last in the journal; the applied one when there is none
  std::vector<term_start> terms;     ///< of the epochs in the journal, ascending
  std::vector<std::uint64_t> hashes; ///< of the epochs in the journal, one after the other
  std::optional<std::string> note;   ///< the journal's note of the shard
  bool whole = true;  ///< false: journal and state do not fit together, which only an incomplete copy may
  std::string damage; ///< then: the diagnosis
};

/// Replays the journal and applies nothing. By number of the shard. Call once, after opening, instead of
/// `recover`.
///
/// A shard whose epochs `recover` would refuse is reported as not whole: its owner judges, by its note.
/// Other damage is `corrupt` as there.
result<std::vector<replica_storage>> recover_replicas(storage& from);

} // namespace orderd::runtime
