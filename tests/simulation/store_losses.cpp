#include "tests/simulation/store_losses.hpp"

#include "cluster/configuration_repair.hpp"
#include "cluster/replica_note.hpp"
#include "runtime/recovery.hpp"

#include <optional>
#include <utility>

namespace orderd::simulation {

namespace {

constexpr std::size_t backups_kept = 8;

/// What `get_configuration` would say.
std::optional<cluster::node_report> report_of(std::uint32_t id, cluster_members& members) {
  const auto& held = members.held(id);
  if (!members.running(id) || !held)
    return std::nullopt;
  cluster::node_report out;
  out.cluster = held->terms().id;
  out.who = {id, members.incarnation(id)};
  out.generation = held->terms().generation;
  out.store = "empty";
  out.records = held->records();
  out.content = cluster::read_content(out.records);
  const auto opened = members.disk(id).open();
  const auto found = runtime::recover_replicas(*opened);
  if (!found)
    return std::nullopt;
  for (std::uint32_t shard = 0; shard < found->size(); ++shard) {
    const auto& copy = (*found)[shard];
    const auto note = cluster::decode_replica_note(copy.note.value_or(""));
    if (note)
      out.copies[shard] = {note->promised, copy.end.term, copy.end.epoch, copy.whole && !note->copying};
  }
  return out;
}

} // namespace

void store_losses::back_up() {
  backups_.push_back(around_.store.backup());
  if (backups_.size() > backups_kept)
    backups_.erase(backups_.begin());
}

void store_losses::lose() {
  if (!around_.members.all_hold())
    return;
  lost_ = true;
  around_.members.keep_disks(true);
  const auto way = around_.random.below(3);
  if (way == 0 && !backups_.empty()) {
    around_.happened.count("store set back to a backup");
    return around_.store.restore(backups_[around_.random.below(backups_.size())]);
  }
  around_.store.lose_everything();
  if (way != 1)
    return around_.happened.count("store empty");
  around_.happened.count("store of another cluster");
  auto foreign = around_.terms;
  foreign.id = "another";
  around_.store.put(cluster::cluster_name, cluster::encode(foreign));
  for (std::uint32_t shard = 0; shard < foreign.shards; ++shard)
    around_.store.put(cluster::name_of_shard(shard),
                      cluster::encode(cluster::assignment{1'000'000, {1, 1}, {{1, 1}}, {}, {1}}));
}

void store_losses::repair(bool all_run) {
  if (!lost_)
    return;
  std::vector<cluster::node_report> nodes;
  for (const auto id : around_.members.ids())
    if (auto report = report_of(id, around_.members))
      nodes.push_back(*std::move(report));
  const auto plan = cluster::plan_restore(nodes);
  if (!plan) {
    if (all_run)
      around_.complain("the store cannot be restored from all nodes: " + plan.error().message);
    return;
  }
  for (const auto& each : plan->change.records()) // The record of the cluster is the last.
    around_.store.put(each.name(), each.value());
  around_.happened.count("store restored from the nodes");
  backups_.clear();
  lost_ = false;
  around_.members.keep_disks(false);
}

} // namespace orderd::simulation
