#include "cluster/repair/node_reports.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

/// Of one term of one primary: only that one has changed it, so the newer one is right.
bool same_primary(const versioned_assignment& one, const versioned_assignment& other) {
  return generation_of(one.version) == generation_of(other.version) && one.what.term == other.what.term
         && one.what.primary == other.what.primary;
}

/// Of the nodes that have copies of a shard.
struct sides {
  std::size_t believe = 0; ///< the store that there is
  std::size_t doubt = 0;
  std::size_t unsure = 0;
};

sides tally(const reports& nodes, const std::vector<std::uint32_t>& copies) {
  sides out;
  for (const auto node : copies) {
    const auto found =
        std::find_if(nodes.begin(), nodes.end(), [&](const auto& each) { return each.who.node == node; });
    if (found == nodes.end() || found->store == "unreachable")
      ++out.unsure;
    else
      ++(has_a_store(*found) ? out.believe : out.doubt);
  }
  return out;
}

/// Two restores that knew nothing of each other have begun the same generation, and a shard has gone on after
/// each, in terms that say nothing of which is right: those who have read of the one that may have committed
/// something. All of them when there was one restore, or nothing can have been committed since.
result<reports> of_last_restore(const reports& nodes, std::uint32_t shard, std::size_t minimum) {
  std::uint64_t last = 0;
  for (const auto& each : nodes)
    last = std::max(last, each.generation);
  std::map<std::uint64_t, reports> by_restore;
  for (const auto& each : nodes)
    if (each.generation == last && each.content.terms)
      by_restore[each.content.terms->written].push_back(each);
  if (by_restore.size() < 2)
    return nodes;
  const auto copies = newest(nodes, shard).what.nodes;
  const auto may_have_read = silent(nodes, copies).size();
  std::vector<const reports*> right;
  for (const auto& [written, readers] : by_restore) {
    const auto count = std::count_if(copies.begin(), copies.end(), [&, all = &readers](std::uint32_t node) {
      return std::any_of(all->begin(), all->end(),
                         [node](const auto& each) { return each.who.node == node; });
    });
    if (static_cast<std::size_t>(count) + may_have_read >= minimum)
      right.push_back(&readers);
  }
  if (right.size() > 1)
    return fault{fault_code::malformed, "the records were restored twice as generation "
                                            + std::to_string(last) + ", and shard " + std::to_string(shard)
                                            + " may have gone on after both. Start nodes "
                                            + listed(silent(nodes, copies)) + " and ask again"};
  return right.empty() ? nodes : *right.front();
}

} // namespace

node_report report_of(const v1::node_configuration& said) {
  node_report out;
  out.cluster = said.cluster_id();
  out.who = {said.node(), said.incarnation()};
  out.generation = said.generation();
  out.store = said.store();
  for (const auto& each : said.records())
    out.records[each.name()] = {each.version(), each.value()};
  out.content = read_content(out.records);
  for (const auto& each : said.copies()) {
    auto& copy = out.copies[each.shard()];
    copy = {each.promised(), each.journal_term(), each.journal_end(),
            each.whole(),    each.committed(),    each.committed_term()};
    for (const auto& begin : each.terms())
      copy.terms.push_back({begin.term(), begin.first_epoch()});
  }
  return out;
}

std::string listed(const std::vector<std::uint32_t>& nodes) {
  std::string out;
  for (const auto each : nodes)
    out += (out.empty() ? "" : " ") + std::to_string(each);
  return out.empty() ? "none" : out;
}

std::vector<std::uint32_t> silent(const reports& nodes, const std::vector<std::uint32_t>& wanted) {
  std::vector<std::uint32_t> out;
  for (const auto node : wanted)
    if (std::none_of(nodes.begin(), nodes.end(), [&](const auto& each) { return each.who.node == node; }))
      out.push_back(node);
  return out;
}

bool has_a_store(const node_report& of) {
  return of.store == "believed" || of.store == "lacks records";
}

versioned_assignment newest(const reports& nodes, std::uint32_t shard) {
  versioned_assignment best;
  const auto age = [](const versioned_assignment& of) {
    return std::tuple{generation_of(of.version), of.what.term, of.version};
  };
  for (const auto& each : nodes)
    if (const auto found = each.content.shards.find(shard);
        found != each.content.shards.end() && (best.version == 0 || age(found->second) > age(best)))
      best = found->second;
  return best;
}

std::uint64_t highest_version(const reports& nodes, std::uint32_t shard) {
  std::uint64_t out = 0;
  for (const auto& each : nodes)
    if (const auto found = each.content.shards.find(shard); found != each.content.shards.end())
      out = std::max(out, found->second.version);
  return out;
}

result<reports> of_one_history(const reports& all, std::uint32_t shard, std::size_t minimum) {
  const auto of_one_restore = of_last_restore(all, shard, minimum);
  if (!of_one_restore)
    return of_one_restore.error();
  const auto& nodes = *of_one_restore;
  reports with;
  reports against;
  for (const auto& each : nodes)
    (has_a_store(each) ? with : against).push_back(each);
  if (with.empty() || against.empty() || same_primary(newest(with, shard), newest(against, shard)))
    return nodes;
  const auto copies = newest(nodes, shard).what.nodes;
  const auto of = tally(nodes, copies);
  const bool since_with = of.believe + of.unsure >= minimum;
  if (since_with && of.doubt + of.unsure >= minimum)
    return fault{fault_code::malformed,
                 "the store was set back, and shard " + std::to_string(shard)
                     + " may have gone on both with it and without it: of its copies "
                     + std::to_string(of.believe) + " believe the store, " + std::to_string(of.doubt)
                     + " do not, and of the others it is not known. Start nodes "
                     + listed(silent(nodes, copies)) + ", and see that all reach the store"};
  auto& right = since_with ? with : against;
  if (newest(right, shard).version == 0)
    return nodes;
  return std::move(right);
}

std::optional<std::string> lacks_committed(const reports& nodes, std::uint32_t shard,
                                           const replica_id& leader, std::uint64_t loss_accepted) {
  const auto copy_of = [shard](const node_report& of) -> const copy_report* {
    const auto found = of.copies.find(shard);
    return found == of.copies.end() || !found->second.whole ? nullptr : &found->second;
  };
  const auto leads =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& each) { return each.who == leader; });
  const auto* of_leader = leads == nodes.end() ? nullptr : copy_of(*leads);
  if (!of_leader || of_leader->committed == 0)
    return std::nullopt;
  const term_table terms{of_leader->terms};
  for (const auto& each : nodes) {
    const auto* other = copy_of(each);
    if (!other || other->committed_term == 0 || other->committed_term < loss_accepted)
      continue;
    const auto there = terms.term_at(other->committed);
    if (of_leader->journal_end >= other->committed && (there == 0 || there == other->committed_term))
      continue;
    return "node " + std::to_string(each.who.node) + " knows epoch " + std::to_string(other->committed)
           + " of term " + std::to_string(other->committed_term) + " to be committed, and the copy of node "
           + std::to_string(leader.node) + " does not have it";
  }
  return std::nullopt;
}

} // namespace orderd::cluster
