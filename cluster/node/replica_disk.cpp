#include "cluster/node/replica_disk.hpp"

#include "cluster/replication/replica_note.hpp"

#include <algorithm>

namespace orderd::cluster {

runtime::result<replica_start> start_of(const runtime::replica_storage& found) {
  const auto note = decode_replica_note(found.note.value_or(""));
  if (!note)
    return note.error();
  replica_start out;
  out.promised = note->promised;
  out.copying = note->copying;
  out.time_ms = std::max(found.applied.time_ms, found.end.time_ms);
  if (note->copying)
    return out;
  out.applied = found.applied.epoch;
  out.journal_first = found.journal_first;
  out.end = found.end.epoch;
  out.committed = note->committed;
  out.hashes = found.hashes;
  if (out.hashes.empty() || out.journal_first == out.applied + 1)
    out.hashes.insert(out.hashes.begin(), found.applied.hash);
  term_table table{note->starts};
  table.truncate(out.end);
  for (const auto& each : found.terms)
    if (table.starts().empty() || table.starts().back().term < each.term)
      table.append(each.term, each.first_epoch);
  out.starts = table.starts();
  return out;
}

} // namespace orderd::cluster
