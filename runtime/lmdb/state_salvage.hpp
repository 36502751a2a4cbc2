// Saves the rows of a damaged state that can still be read, where there is no other copy: into a fresh file,
// with a note of what is missing. The damaged folder is kept beside it, never deleted.
#pragma once

#include "runtime/lmdb/page_sums.hpp"
#include "runtime/storage/lost_rows.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace orderd::runtime {

struct salvaged_state {
  std::string kept_in;    ///< where the damaged files are now
  std::uint64_t rows = 0; ///< saved
  lost_rows lost;
};

/// Replaces the state in `folder`, whose pages `damaged` has looked through, by what can be read of it. Takes
/// as much disk as the rows. One that was cut short is begun again, or ends with finish_salvage: first the
/// copy is named `folder.saved` (it is whole), then the damaged folder is moved aside, then the copy in its
/// place. As long as the damaged state is in its place, copies beside it are worth nothing, and removed.
///
/// `corrupt`, and nothing is changed, when what is missing can be a row of the engine itself (what it owed is
/// not known then), how far the state was, or more than a person can look at.
result<salvaged_state> salvage_state(const std::string& folder, std::unique_ptr<lmdb::page_sums> damaged,
                                     std::uint32_t shard, std::size_t map_bytes);

/// Puts a salvaged state in its place when the process ended just before, and says so (true: it did); removes
/// what one that was cut short earlier has left. Before the folder is opened.
result<bool> finish_salvage(const std::string& folder);

} // namespace orderd::runtime
