#include "tests/simulation/store_losses.hpp"

#include "cluster/repair/configuration_repair.hpp"
#include "cluster/replication/replica_note.hpp"
#include "cluster/replication/term_table.hpp"
#include "runtime/storage/recovery.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace orderd::simulation {

namespace {

constexpr std::size_t backups_kept = 8;

std::vector<cluster::term_start> starts_of(const runtime::replica_storage& of) {
  std::vector<cluster::term_start> starts;
  for (const auto& each : of.terms)
    starts.push_back({each.term, each.first_epoch});
  return starts;
}

cluster::term_table terms_of(const runtime::replica_storage& of) {
  return cluster::term_table{starts_of(of)};
}

/// What `get_configuration` would say.
std::optional<cluster::node_report> report_of(std::uint32_t id, cluster_members& members,
                                              const std::map<std::string, cluster::versioned_value>& there) {
  const auto& held = members.held(id);
  if (!members.running(id) || !held)
    return std::nullopt;
  cluster::node_report out;
  out.cluster = held->terms().id;
  out.who = {id, members.incarnation(id)};
  out.generation = held->terms().generation;
  out.records = held->records();
  out.content = cluster::read_content(out.records);
  out.store = to_string(held->judge(cluster::read_content(there)).what);
  const auto opened = members.disk(id).open();
  const auto found = runtime::recover_replicas(*opened);
  if (!found)
    return std::nullopt;
  for (std::uint32_t shard = 0; shard < found->size(); ++shard) {
    const auto& copy = (*found)[shard];
    const auto note = cluster::decode_replica_note(copy.note.value_or(""));
    if (note)
      out.copies[shard] = {
          note->promised,     copy.end.term,     copy.end.epoch, copy.whole && !note->copying,
          copy.applied.epoch, copy.applied.term, starts_of(copy)};
  }
  return out;
}

/// Whether what they should have in common is not the same: they are of two histories.
bool diverged(const runtime::replica_storage& one, const runtime::replica_storage& other) {
  const auto common = terms_of(one).common_end(one.end.epoch, terms_of(other), other.end.epoch);
  const auto hash_of = [common](const runtime::replica_storage& of) {
    return common < of.journal_first || of.journal_first == 0 || of.hashes.empty()
               ? 0
               : of.hashes.at(common - of.journal_first);
  };
  return hash_of(one) != 0 && hash_of(other) != 0 && hash_of(one) != hash_of(other);
}

} // namespace

void store_losses::back_up() {
  backups_.push_back(around_.store.backup());
  if (backups_.size() > backups_kept)
    backups_.erase(backups_.begin());
}

/// Whether everyone who has all that is committed has read who they are (node_reports.hpp says why).
bool store_losses::members_know() const {
  for (std::uint32_t shard = 0; shard < around_.terms.shards; ++shard) {
    const auto& there = around_.store.values().at(cluster::name_of_shard(shard));
    const auto now = *cluster::decode_assignment(there.value);
    for (const auto id : around_.members.ids()) {
      const cluster::replica_id who{id, around_.members.incarnation(id)};
      const auto knows =
          cluster::version_in_store(around_.members.held(id)->shards()[shard].version) == there.version;
      if (!knows && (cluster::contains(now.in_sync, who) || cluster::contains(now.eligible, who)))
        return false;
    }
  }
  return true;
}

void store_losses::lose() {
  if (!around_.members.all_hold())
    return;
  lost_ = true;
  around_.members.keep_disks(true);
  const auto way = around_.random.below(3);
  if (way == 0 && !backups_.empty() && members_know()) {
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

bool store_losses::doubted() const {
  const auto content = cluster::read_content(around_.store.values());
  const auto& ids = around_.members.ids();
  return std::any_of(ids.begin(), ids.end(), [&](std::uint32_t id) {
    const auto& held = around_.members.held(id);
    return held && held->judge(content).what != cluster::store_belief::believed;
  });
}

void store_losses::repair(bool all_run) {
  if (!doubted()) { // Nobody knows more than the backup.
    if (std::exchange(lost_, false))
      around_.members.keep_disks(false);
    return;
  }
  std::vector<cluster::node_report> nodes;
  for (const auto id : around_.members.ids())
    if (auto report = report_of(id, around_.members, around_.store.values()))
      nodes.push_back(*std::move(report));
  const auto plan = cluster::plan_restore(nodes, around_.random.below(1'000'000));
  if (!plan) {
    if (all_run && nodes.size() == around_.members.ids().size())
      around_.complain("the store cannot be restored from all nodes: " + plan.error().message);
    return;
  }
  if (std::any_of(nodes.begin(), nodes.end(), [](const auto& each) { return !cluster::has_a_store(each); }))
    for (const auto& each : nodes)
      if (cluster::has_a_store(each))
        went_on_with_it_.insert(each.who);
  for (const auto& each : plan->change.records()) // The record of the cluster is the last.
    around_.store.put(each.name(), each.value());
  around_.happened.count("store restored from the nodes");
  around_.restored();
  backups_.clear();
  lost_ = false;
  around_.members.keep_disks(false);
}

bool store_losses::of_another_history(std::uint32_t id) const {
  return went_on_with_it_.contains({id, around_.members.incarnation(id)});
}

void store_losses::replace_diverged() {
  for (std::uint32_t shard = 0; shard < around_.terms.shards; ++shard) {
    const auto found = around_.store.values().find(cluster::name_of_shard(shard));
    if (found == around_.store.values().end())
      continue;
    const auto of = *cluster::decode_assignment(found->second.value);
    const auto storage_of = [&](std::uint32_t id) {
      const auto opened = around_.members.disk(id).open();
      return runtime::recover_replicas(*opened)->at(shard);
    };
    const auto right = storage_of(of.primary.node);
    auto* leads = around_.members.running(of.primary.node);
    const bool told = leads && leads->tells_of_other_epochs();
    for (const auto id : of.nodes)
      if (!cluster::contains(of.in_sync, {id, around_.members.incarnation(id)})
          && (told || diverged(storage_of(id), right)) && around_.members.may_lose(id)
          && around_.members.lose_disk(id, false)) {
        around_.happened.count("disk of another history replaced");
        around_.members.start(id);
      }
  }
}

} // namespace orderd::simulation
