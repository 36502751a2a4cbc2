#include "cluster/configuration/assignment.hpp"

#include "cluster/configuration/assignment.pb.h"
#include "config/term_limits.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace orderd::cluster {

namespace {

namespace form = stored::v1;
using replicas = std::vector<replica_id>;

void insert(replicas& into, const replica_id& who) {
  if (!contains(into, who))
    into.insert(std::upper_bound(into.begin(), into.end(), who), who);
}

void erase(replicas& from, const replica_id& who) {
  std::erase(from, who);
}

void erase_node(replicas& from, std::uint32_t node) {
  std::erase_if(from, [node](const replica_id& each) { return each.node == node; });
}

void put(form::replica& into, const replica_id& what) {
  into.set_node(what.node);
  into.set_incarnation(what.incarnation);
}

replica_id replica_of(const form::replica& what) {
  return {what.node(), what.incarnation()};
}

} // namespace

bool contains(const replicas& set, const replica_id& who) noexcept {
  return std::find(set.begin(), set.end(), who) != set.end();
}

bool may_lead(const assignment& now, const replica_id& who, std::size_t minimum) noexcept {
  return contains(now.in_sync, who) || (now.in_sync.size() < minimum && contains(now.eligible, who));
}

assignment first_assignment(const replica_id& primary, std::vector<std::uint32_t> nodes) {
  runtime::require(std::find(nodes.begin(), nodes.end(), primary.node) != nodes.end(),
                   "a primary where no copy belongs");
  return {1, primary, {primary}, {}, std::move(nodes), 0};
}

bool never_committed(const assignment& now, std::size_t minimum) noexcept {
  return minimum > 1 && now.in_sync.size() == 1 && now.eligible.empty() && now.loss_accepted == 0;
}

assignment placed_again(const assignment& now, const replica_id& primary) {
  auto next = first_assignment(primary, now.nodes);
  next.term = now.term + 1;
  return next;
}

assignment without(const assignment& now, const replica_id& gone, std::size_t minimum,
                   bool committed_since_whole) {
  runtime::require(gone != now.primary && contains(now.in_sync, gone), "only a backup in sync can leave");
  auto next = now;
  erase(next.in_sync, gone);
  if (now.in_sync.size() >= minimum && committed_since_whole)
    next.eligible.clear();
  if (next.in_sync.size() < minimum)
    insert(next.eligible, gone);
  return next;
}

assignment with(const assignment& now, const replica_id& joined) {
  auto next = now;
  erase_node(next.in_sync, joined.node);
  erase_node(next.eligible, joined.node);
  insert(next.in_sync, joined);
  runtime::require(contains(next.in_sync, next.primary), "a primary joins nobody");
  return next;
}

assignment without_eligible(const assignment& now) {
  auto next = now;
  next.eligible.clear();
  return next;
}

assignment taken_over(const assignment& now, const replica_id& by, std::size_t minimum) {
  runtime::require(may_lead(now, by, minimum), "a takeover by a replica that may not lead");
  auto next = now;
  ++next.term;
  next.primary = by;
  const bool from_eligible = !contains(now.in_sync, by);
  // A set that could commit may have done so without the eligible: they are no longer.
  if (now.in_sync.size() >= minimum)
    next.eligible.clear();
  erase(next.eligible, by);
  if (from_eligible) {
    for (const auto& each : now.in_sync)
      insert(next.eligible, each);
    next.in_sync = {by};
    return next;
  }
  if (by == now.primary)
    return next;
  erase(next.in_sync, now.primary);
  if (next.in_sync.size() < minimum)
    insert(next.eligible, now.primary);
  return next;
}

assignment handed_over(const assignment& now, const replica_id& to, std::size_t minimum) {
  runtime::require(contains(now.in_sync, to), "a handover to a replica that is not in sync");
  auto next = now;
  ++next.term;
  next.primary = to;
  // As in a takeover: what was committed without them, the next primary cannot know.
  if (now.in_sync.size() >= minimum)
    next.eligible.clear();
  return next;
}

assignment elected(const assignment& now, const replica_id& by, std::uint64_t term) {
  runtime::require(term > now.term, "an election in a term that has been");
  auto next = now;
  next.term = next.loss_accepted = term;
  next.primary = by;
  next.in_sync = {by};
  next.eligible.clear();
  return next;
}

assignment placed_on(const assignment& now, std::vector<std::uint32_t> nodes) {
  auto next = now;
  next.nodes = std::move(nodes);
  return next;
}

std::string encode(const assignment& what) {
  form::shard_assignment out;
  out.set_term(what.term);
  put(*out.mutable_primary(), what.primary);
  for (const auto& each : what.in_sync)
    put(*out.add_in_sync(), each);
  for (const auto& each : what.eligible)
    put(*out.add_eligible(), each);
  for (const auto node : what.nodes)
    out.add_nodes(node);
  out.set_loss_accepted(what.loss_accepted);
  return out.SerializeAsString();
}

runtime::result<assignment> decode_assignment(std::string_view bytes) {
  form::shard_assignment read;
  if (!read.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return runtime::fault{runtime::fault_code::corrupt, "an assignment cannot be decoded"};
  assignment out;
  out.term = read.term();
  out.primary = replica_of(read.primary());
  for (const auto& each : read.in_sync())
    insert(out.in_sync, replica_of(each));
  for (const auto& each : read.eligible())
    insert(out.eligible, replica_of(each));
  out.nodes.assign(read.nodes().begin(), read.nodes().end());
  out.loss_accepted = read.loss_accepted();
  if (out.term > limits::term_max)
    return runtime::fault{runtime::fault_code::corrupt, "an assignment has term " + std::to_string(out.term)
                                                            + ", above the highest that can be, "
                                                            + std::to_string(limits::term_max)};
  if (out.term == 0 || !contains(out.in_sync, out.primary))
    return runtime::fault{runtime::fault_code::corrupt,
                          "an assignment has term " + std::to_string(out.term) + " and "
                              + std::to_string(out.in_sync.size())
                              + " replicas in sync, of which the primary must be one"};
  return out;
}

std::string name_of_shard(std::uint32_t shard) {
  char name[24];
  std::snprintf(name, sizeof name, "shards/%04u", shard);
  return name;
}

} // namespace orderd::cluster
