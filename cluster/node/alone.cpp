#include "cluster/node/alone.hpp"

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/membership.hpp"
#include "cluster/replication/replica_note.hpp"
#include "runtime/storage/recovery.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace orderd::cluster {

using runtime::result;

namespace {

/// What the shard's replica is told of its disk. Terms need not rise along its journal: the folder may have
/// left a cluster, and been a node by itself under a program that began with term 1 again. So the table says
/// of which term the end is, and no more: nobody has another journal to compare it with.
runtime::replica_storage found(const runtime::recovered_shard& what, std::uint64_t promised) {
  replica_note note;
  note.promised = std::max(promised, what.last.term);
  note.committed = what.last.epoch;
  if (what.last.epoch != 0)
    note.starts = {{what.last.term, 1}};
  runtime::replica_storage out;
  out.shard = what.shard;
  out.applied = out.end = what.last;
  out.note = encode(note);
  return out;
}

result<std::uint64_t> promised_in(const std::map<std::uint32_t, std::string>& notes, std::uint32_t shard) {
  const auto text = notes.find(shard);
  const auto note = decode_replica_note(text == notes.end() ? std::string{} : text->second);
  if (!note)
    return note.error();
  return note->promised;
}

void put(configuration_store& store, const std::string& name, const std::string& value) {
  const auto there = store.compare_and_set(name, 0, value, unguarded);
  runtime::require(there && there->value == value,
                   "a store in memory does not take the first value of a name");
}

} // namespace

result<node_start> recover_alone(runtime::storage& disk) {
  const auto recovered = runtime::recover(disk);
  if (!recovered)
    return recovered.error();
  const auto notes = disk.journal().notes();
  if (!notes)
    return notes.error();
  node_start out;
  out.terms.shards = disk.shards();
  out.self = the_only_replica;
  out.boot = 1;
  for (const auto& shard : *recovered) {
    const auto promised = promised_in(*notes, shard.shard);
    if (!promised)
      return promised.error();
    out.found.push_back(found(shard, *promised));
  }
  return out;
}

void make_store_alone(configuration_store& store, const node_start& node,
                      const std::string& client_endpoint) {
  const auto& self = node.self;
  put(store, cluster_name, encode(node.terms));
  put(store, name_of_node(self.node),
      encode(self.node, {{self.incarnation, node.boot}, client_endpoint, ""}));
  for (const auto& shard : node.found) {
    auto leads = first_assignment(self, {self.node});
    leads.term = decode_replica_note(*shard.note)->promised + 1;
    put(store, name_of_shard(shard.shard), encode(leads));
  }
}

} // namespace orderd::cluster
