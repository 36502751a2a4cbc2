#include "cluster/start/start_verdict.hpp"

#include <algorithm>

namespace orderd::cluster {

namespace {

bool has_a_copy(const assignment& of, std::uint32_t node) {
  return std::find(of.nodes.begin(), of.nodes.end(), node) != of.nodes.end();
}

/// One that no disk of the node ever had, as far as disk and store know.
disk_identity new_incarnation(const start_question& asked) {
  auto last = std::max(asked.disk.identity.incarnation, asked.known.node.disk.incarnation);
  for (const auto& each : asked.known.earlier)
    last = std::max(last, each.incarnation);
  return {last + 1, 1};
}

/// With an intact disk that is not the one the store knows: whose rights count for more?
start_verdict decide_between(const start_question& asked, const disk_identity& raised) {
  const auto& disk = asked.disk.identity;
  if (asked.disk.pending && disk.incarnation > asked.known.node.disk.incarnation)
    return {start_outcome::goes_on, raised, {}};
  auto theirs = held_by({asked.node, asked.known.node.disk.incarnation}, asked.shards);
  if (theirs.empty() || !held_by({asked.node, disk.incarnation}, asked.shards).empty())
    return {start_outcome::serves_again, raised, {}};
  return {start_outcome::refuses_replaced, {}, std::move(theirs)};
}

} // namespace

const char* to_string(start_outcome what) noexcept {
  switch (what) {
  case start_outcome::begins:
    return "begins";
  case start_outcome::goes_on:
    return "goes_on";
  case start_outcome::serves_again:
    return "serves_again";
  case start_outcome::begins_anew:
    return "begins_anew";
  case start_outcome::not_superseded:
    return "not_superseded";
  case start_outcome::refuses_empty:
    return "refuses_empty";
  case start_outcome::refuses_replaced:
    return "refuses_replaced";
  }
  return "unknown";
}

std::vector<std::uint32_t> held_by(const replica_id& who, const std::map<std::uint32_t, assignment>& shards) {
  std::vector<std::uint32_t> out;
  for (const auto& [shard, of] : shards)
    if (contains(of.in_sync, who) || contains(of.eligible, who))
      out.push_back(shard);
  return out;
}

std::vector<std::uint32_t> not_superseded(const replica_id& who,
                                          const std::map<std::uint32_t, assignment>& shards,
                                          std::size_t minimum) {
  std::vector<std::uint32_t> out;
  for (const auto& [shard, of] : shards)
    if (contains(of.in_sync, who) || contains(of.eligible, who)
        || (has_a_copy(of, who.node) && of.in_sync.size() < minimum && of.loss_accepted == 0))
      out.push_back(shard);
  return out;
}

start_verdict judge_start(const start_question& asked) {
  const auto& disk = asked.disk.identity;
  const auto& known = asked.known.node.disk;
  if (disk.incarnation == 0) {
    auto at_risk = held_by({asked.node, known.incarnation}, asked.shards);
    if (known.incarnation != 0 && !asked.replace)
      return {start_outcome::refuses_empty, {}, std::move(at_risk)};
    return {start_outcome::begins, new_incarnation(asked), std::move(at_risk)};
  }
  const replica_id me{asked.node, disk.incarnation};
  const bool set_back = disk.boot < starts_of(asked.known, disk.incarnation).value_or(0);
  // A replacement that was begun and not finished holds nothing that could be given up once more.
  const bool replaced = asked.replace && !(asked.disk.pending && asked.disk.sound && !set_back);
  if (replaced || !asked.disk.sound || set_back) {
    auto missed = not_superseded(me, asked.shards, asked.minimum);
    if (!replaced && !missed.empty())
      return {start_outcome::not_superseded, {}, std::move(missed)};
    return {start_outcome::begins_anew, new_incarnation(asked), std::move(missed)};
  }
  const disk_identity raised{disk.incarnation, disk.boot + 1};
  if (known.incarnation == 0 || known.incarnation == disk.incarnation)
    return {start_outcome::goes_on, raised, {}};
  return decide_between(asked, raised);
}

} // namespace orderd::cluster
