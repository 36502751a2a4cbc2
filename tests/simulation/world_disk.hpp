// The disk of a node of the replicas' world: a journal with its note, and a state, with the bytes left out.
#pragma once

#include "cluster/configuration/disk_identity.hpp"
#include "cluster/replication/replica_log.hpp"
#include "cluster/replication/replica_note.hpp"
#include "runtime/storage/row.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace orderd::simulation {

/// Rows with a hash that is always at hand.
class world_rows {
public:
  using map = std::map<runtime::row_key, std::string>;

  void put(const runtime::row_key& key, std::string value) {
    erase(key);
    hash_ += hash_of(key, value);
    rows_[key] = std::move(value);
  }
  void erase(const runtime::row_key& key) {
    const auto found = rows_.find(key);
    if (found == rows_.end())
      return;
    hash_ -= hash_of(key, found->second);
    rows_.erase(found);
  }
  void clear() {
    rows_.clear();
    hash_ = 0;
  }
  std::uint64_t hash() const noexcept { return hash_; }
  const map& all() const noexcept { return rows_; }

private:
  static std::uint64_t hash_of(const runtime::row_key& key, const std::string& value) {
    return (runtime::row_key_hash{}(key)*31 + std::hash<std::string>{}(value)) * 0x9e3779b97f4a7c15ull;
  }

  map rows_;
  std::uint64_t hash_ = 0;
};

struct world_disk {
  cluster::disk_identity identity;
  cluster::replica_note note;
  std::map<std::uint64_t, runtime::epoch_ptr> journal;
  std::uint64_t applied = 0;
  std::uint64_t applied_term = 0;
  std::uint64_t applied_hash = 0;
  world_rows rows;

  void cut(std::uint64_t keep_upto) { journal.erase(journal.upper_bound(keep_upto), journal.end()); }
  void trim(std::uint64_t from) { journal.erase(journal.begin(), journal.lower_bound(from)); }

  void apply(const runtime::epoch& what) {
    for (const auto& write : what.writes) {
      if (write.value)
        rows.put(write.key, *write.value);
      else
        rows.erase(write.key);
    }
    applied = what.number;
    applied_term = what.term;
    applied_hash = runtime::hash_of(what);
  }

  std::uint64_t end() const { return journal.empty() ? applied : journal.rbegin()->first; }

  /// What a node that starts reads of it, as runtime/storage/recovery.hpp does.
  cluster::replica_start read() const {
    cluster::replica_start out;
    out.applied = applied;
    out.journal_first = journal.empty() ? 0 : journal.begin()->first;
    out.end = end();
    cluster::term_table table{note.starts};
    table.truncate(out.end);
    for (const auto& [number, each] : journal)
      if (table.starts().empty() || table.starts().back().term < each->term)
        table.append(each->term, number);
    out.starts = table.starts();
    out.promised = note.promised;
    out.copying = note.copying;
    out.committed = note.committed;
    for (const auto& [number, each] : journal)
      out.hashes.push_back(runtime::hash_of(*each));
    if (journal.empty() || out.journal_first == applied + 1)
      out.hashes.insert(out.hashes.begin(), applied_hash);
    return out;
  }
};

/// Of copies of a node's disk made at its starts, oldest first, those that a count of starts tells from its
/// latest: any but the last of its incarnation.
inline std::vector<const world_disk*> recognisably_older(const std::vector<world_disk>& copies) {
  std::vector<const world_disk*> out;
  for (auto at = copies.begin(); at != copies.end(); ++at)
    if (std::any_of(at + 1, copies.end(), [at](const world_disk& later) {
          return later.identity.incarnation == at->identity.incarnation;
        }))
      out.push_back(&*at);
  return out;
}

} // namespace orderd::simulation
