// A node's data folder: the journal, the shards' states, and what they belong to.
//
//   data/node.json            format, node id, number of shards (runtime/storage/FORMAT.md)
//   data/lock                 held while a process has the folder open; its process id
//   data/journal/             one LMDB environment
//   data/shards/0000/state/   one LMDB environment a shard
#pragma once

#include "runtime/base/folder_lock.hpp"
#include "runtime/storage/store.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace orderd::runtime {

/// Address space and disk the folder may use. Sanitizers leave a process less address space.
struct storage_options {
  std::size_t journal_map_bytes = std::size_t{64} << 30;
  std::size_t state_map_bytes = std::size_t{256} << 30; ///< of each shard
  std::uint64_t journal_preallocated_bytes = 0;         ///< see lmdb::environment_options
  /// Of a damaged state the rows that can be read are saved, and what is lost is answered with `corrupt`. Off
  /// where there are other copies: then a damaged state is `corrupt`.
  bool salvage_states = true;
};

/// Opens the data folder, or makes it when there is none or an empty one. `shards`: how many it must
/// have; 0: as many as it has, one when it is made. The storage holds the folder's lock until it goes;
/// `held`: when the caller has it already.
///
/// A folder that is somebody else's is refused before anything in it is locked or written.
///
/// Faults: `unavailable` when another process has it open (names its process id); `unsupported_version`
/// when a newer program made it; `corrupt` when a part of it is missing or damaged; `malformed` when it
/// has another number of shards, or is not a data folder; else as disk.hpp.
result<std::unique_ptr<storage>> open_storage(const std::string& path, std::uint32_t shards,
                                              const storage_options& options = {},
                                              std::unique_ptr<folder_lock> held = nullptr);

} // namespace orderd::runtime
