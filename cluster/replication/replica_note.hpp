// What a replica remembers on its own disk, beside its epochs and rows: the note of its shard in the journal.
#pragma once

#include "cluster/replication/term_table.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

struct replica_note {
  std::uint64_t promised = 0;     ///< the highest term promised (B1)
  std::vector<term_start> starts; ///< of its journal
  bool copying = false;           ///< its rows are an incomplete copy (D9)
  std::uint64_t committed = 0;    ///< known to be when this was written: nothing of it may ever be cut off
  friend bool operator==(const replica_note&, const replica_note&) = default;
};

std::string encode(const replica_note& what);
/// An empty text is the note of a replica that never wrote one. `corrupt` when it cannot be decoded.
runtime::result<replica_note> decode_replica_note(std::string_view bytes);

} // namespace orderd::cluster
