#include "cluster/repair/configuration_repair.hpp"

#include "cluster/configuration/known_disks.hpp"
#include "config/term_limits.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace orderd::cluster {

namespace {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

fault no(std::string why) {
  return {fault_code::malformed, std::move(why)};
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::vector<std::uint32_t> nodes_of(const std::vector<replica_id>& set) {
  std::vector<std::uint32_t> out;
  out.reserve(set.size());
  for (const auto& each : set)
    out.push_back(each.node);
  return out;
}

/// What all of them know together.
struct knowledge {
  cluster_terms terms;
  std::map<std::uint32_t, known_node> nodes;
  std::map<std::string, std::string> node_records;
  std::size_t minimum = 1;
};

result<knowledge> known_by(const reports& nodes) {
  if (nodes.empty())
    return no("no node of a cluster answers");
  knowledge out;
  for (const auto& each : nodes) {
    if (each.cluster != nodes.front().cluster || !each.content.terms)
      return no("nodes of different clusters answer, " + nodes.front().cluster + " and " + each.cluster);
    if (each.content.terms->generation >= out.terms.generation)
      out.terms = *each.content.terms;
    for (const auto& [node, said] : each.content.nodes) {
      const auto before = out.nodes.find(node);
      const auto& record = each.records.at(name_of_node(node)).value;
      if (before != out.nodes.end()
          && !newer(*decode_known_disks(record),
                    *decode_known_disks(out.node_records.at(name_of_node(node)))))
        continue;
      out.nodes.insert_or_assign(node, said);
      out.node_records[name_of_node(node)] = record;
    }
  }
  out.minimum = min_in_sync(out.terms.replication);
  return out;
}

/// The copy of a shard at a node that answers; null: it has none that is whole.
const copy_report* copy_of(const node_report& of, std::uint32_t shard) {
  const auto found = of.copies.find(shard);
  return found != of.copies.end() && found->second.whole && found->second.journal_end != 0 ? &found->second
                                                                                           : nullptr;
}

bool longer(const copy_report& a, const copy_report& b) {
  return std::pair{a.journal_term, a.journal_end} > std::pair{b.journal_term, b.journal_end};
}

/// A term above the record's and all promises that can be, by at least the gap.
result<std::uint64_t> next_term(const reports& nodes, std::uint32_t shard, std::uint64_t term,
                                std::uint64_t more = 0) {
  for (const auto& each : nodes)
    if (const auto found = each.copies.find(shard);
        found != each.copies.end() && found->second.promised <= limits::term_max)
      term = std::max(term, found->second.promised);
  const auto above = limits::restored_term_gap + more;
  if (term > limits::term_max - above)
    return no("shard " + number(shard) + " is in term " + number(term)
              + ": no higher one is left. The disks of the nodes that promised it have to be replaced");
  return term + above;
}

/// A promise above all records: one of a later term was in the store, and nobody who answers has it.
std::optional<std::string> lost_term(const reports& nodes, std::uint32_t shard) {
  std::uint64_t known = 0;
  for (const auto& each : nodes)
    if (const auto found = each.content.shards.find(shard); found != each.content.shards.end())
      known = std::max(known, found->second.what.term);
  for (const auto& each : nodes)
    if (const auto found = each.copies.find(shard); found != each.copies.end()
                                                    && found->second.promised > known
                                                    && found->second.promised <= limits::term_max)
      return "node " + number(each.who.node) + " promised term " + number(found->second.promised)
             + " of shard " + number(shard) + ", and nobody who answers knows who leads in it (only of term "
             + number(known) + ")";
  return std::nullopt;
}

/// Without the primary: under the copy that has everything that can have been committed. That is one of
/// `right`, or one that may lead by their record, whatever it went on with: it has all that was committed up
/// to the record, and nothing was without it since.
result<assignment> under_the_longest(const reports& nodes, const reports& right, std::uint32_t shard,
                                     const assignment& record, std::size_t minimum) {
  const auto copies = std::max(record.nodes.size(), record.in_sync.size());
  std::size_t answer = 0;
  const node_report* best = nullptr;
  for (const auto& each : nodes) {
    const auto* copy = copy_of(each, shard);
    const bool belongs =
        std::find(record.nodes.begin(), record.nodes.end(), each.who.node) != record.nodes.end()
        || contains(record.in_sync, each.who);
    if (!copy || !belongs)
      continue;
    ++answer;
    const bool counts =
        may_lead(record, each.who, minimum)
        || std::any_of(right.begin(), right.end(), [&](const auto& other) { return other.who == each.who; });
    if (counts && (!best || longer(*copy, *copy_of(*best, shard))))
      best = &each;
  }
  const auto needed = copies + 1 - std::min(copies, minimum);
  if (answer < needed || !best)
    return no("the primary of shard " + number(shard) + ", node " + number(record.primary.node)
              + ", does not answer, and only " + number(answer) + " of the " + number(copies) + " copies do; "
              + number(needed) + " are needed to be sure of what was committed. Start nodes "
              + listed(silent(nodes, record.nodes)));
  auto next = record;
  next.primary = best->who;
  next.in_sync = {best->who};
  next.eligible = {record.primary};
  return next;
}

enum class promises : std::uint8_t { of_lost_terms, in_error };

/// As `right` have it, in a term above all that `nodes` know by the gap and so many more.
result<assignment> restored(const reports& nodes, const reports& right, std::uint32_t shard,
                            std::size_t minimum, promises above, std::uint64_t more) {
  const auto record = newest(right, shard).what;
  if (above == promises::of_lost_terms)
    if (auto lost = lost_term(nodes, shard))
      return no(*lost + ": ask also nodes " + listed(silent(nodes, record.nodes))
                + ", or accept a loss with `orderctl cluster elect`");
  const bool primary_answers =
      std::any_of(nodes.begin(), nodes.end(), [&](const auto& each) { return each.who == record.primary; });
  // It starts anew, as after a handover to itself: who was eligible may lack what it has committed since.
  auto next = primary_answers ? result<assignment>{handed_over(record, record.primary, minimum)}
                              : under_the_longest(nodes, right, shard, record, minimum);
  if (!next)
    return next;
  const auto term = next_term(nodes, shard, newest(nodes, shard).what.term, more);
  if (!term)
    return term.error();
  next->term = *term;
  return next;
}

/// Of the history in which something can be committed; of the other one when a copy knows that it was there.
result<assignment> restored_shard(const reports& nodes, std::uint32_t shard, std::size_t minimum,
                                  std::uint64_t more) {
  auto right = of_one_history(nodes, shard, minimum);
  if (!right)
    return right.error();
  const auto lead = [&](const reports& by) {
    return restored(nodes, by, shard, minimum, promises::of_lost_terms, more);
  };
  const auto lacking = [&](const assignment& next) {
    return lacks_committed(nodes, shard, next.primary, next.loss_accepted);
  };
  auto next = lead(*right);
  if (!next)
    return next;
  const auto why = lacking(*next);
  if (!why)
    return next;
  reports others;
  for (const auto& each : nodes)
    if (std::none_of(right->begin(), right->end(), [&](const auto& one) { return one.who == each.who; }))
      others.push_back(each);
  if (newest(others, shard).version != 0)
    if (auto other = lead(others); other && !lacking(*other))
      return other;
  return no(
      "shard " + number(shard) + " would be led by node " + number(next->primary.node) + ", but " + *why
      + ". Start all nodes that have a copy, and ask again; what one of them lacks is kept by the other: "
        "keep both disks");
}

std::string line_of(std::uint32_t shard, const assignment& before, const assignment& now) {
  return "shard " + number(shard) + ": term " + number(before.term) + " -> " + number(now.term)
         + ", led by node " + number(now.primary.node) + ", in sync " + listed(nodes_of(now.in_sync))
         + ", copies on " + listed(now.nodes);
}

void add(v1::change_configuration& to, const std::string& name, std::uint64_t version, std::string value) {
  auto& record = *to.add_records();
  record.set_name(name);
  record.set_version(version);
  record.set_value(std::move(value));
}

/// A change of nothing yet, in the next generation.
repair_plan begin(const knowledge& known, const reports& nodes) {
  repair_plan out;
  auto generation = known.terms.generation;
  for (const auto& each : nodes)
    generation = std::max(generation, each.generation);
  out.change.set_cluster_id(known.terms.id);
  out.change.set_generation(generation + 1);
  return out;
}

std::string those_who_answer(const reports& nodes) {
  std::vector<std::uint32_t> numbers;
  for (const auto& each : nodes)
    numbers.push_back(each.who.node);
  return listed(numbers);
}

} // namespace

std::string main_cluster(const reports& nodes) {
  std::map<std::string, std::size_t> counts;
  for (const auto& each : nodes)
    ++counts[each.cluster];
  std::string best;
  std::size_t most = 0;
  for (const auto& [cluster, count] : counts) {
    if (count >= most)
      best = count == most ? "" : cluster;
    most = std::max(most, count);
  }
  return best;
}

result<repair_plan> plan_restore(const reports& nodes, std::uint64_t once) {
  const auto known = known_by(nodes);
  if (!known)
    return known.error();
  std::vector<std::uint32_t> all;
  for (const auto& [node, said] : known->nodes)
    all.push_back(node);
  if (2 * nodes.size() <= all.size())
    return no(number(nodes.size()) + " of the " + number(all.size())
              + " nodes answer, and a majority is needed: start nodes " + listed(silent(nodes, all)));
  if (std::all_of(nodes.begin(), nodes.end(), [](const auto& each) { return each.store == "believed"; }))
    return no(
        "every node that answers believes the store, and misses nothing there: nothing is to be restored");
  auto plan = begin(*known, nodes);
  auto terms = known->terms;
  terms.generation = plan.change.generation();
  terms.continued.clear(); // A person's word: what nodes hold more than this counts no longer.
  terms.written = once;
  for (const auto& [name, value] : known->node_records)
    add(plan.change, name, 0, value);
  for (std::uint32_t shard = 0; shard < terms.shards; ++shard) {
    if (newest(nodes, shard).version == 0) {
      plan.lines.push_back("shard " + number(shard) + ": nobody holds a record; it is placed as a new one");
      continue;
    }
    const auto next = restored_shard(nodes, shard, known->minimum, once % limits::restored_term_gap);
    if (!next)
      return next.error();
    plan.lines.push_back(line_of(shard, newest(nodes, shard).what, *next));
    add(plan.change, name_of_shard(shard), highest_version(nodes, shard), encode(*next));
  }
  add(plan.change, cluster_name, 0, encode(terms));
  plan.change.set_what("records of cluster " + terms.id + " written again from what nodes "
                       + those_who_answer(nodes) + " hold, as generation " + number(terms.generation));
  return plan;
}

result<repair_plan> plan_election(const reports& nodes, std::uint32_t shard, std::uint32_t node) {
  const auto known = known_by(nodes);
  if (!known)
    return known.error();
  const auto record = newest(nodes, shard);
  if (record.version == 0)
    return no("nobody who answers holds a record of shard " + number(shard));
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& each) { return each.who.node == node; });
  const auto* copy = found == nodes.end() ? nullptr : copy_of(*found, shard);
  if (!copy)
    return no("node " + number(node) + " does not answer, or has no whole copy of shard " + number(shard));
  auto plan = begin(*known, nodes);
  std::string missed;
  for (const auto& each : nodes) {
    if (may_lead(record.what, each.who, known->minimum))
      return no("node " + number(each.who.node) + " answers and may lead shard " + number(shard)
                + " without any loss: no election is needed");
    if (const auto* other = copy_of(each, shard); other && longer(*other, *copy))
      return no("the copy of node " + number(each.who.node) + " ends with epoch " + number(other->journal_end)
                + " of term " + number(other->journal_term) + ", that of node " + number(node)
                + " with epoch " + number(copy->journal_end) + " of term " + number(copy->journal_term)
                + ": elect the former");
  }
  auto lost = record.what.in_sync;
  if (lost.size() < known->minimum)
    lost.insert(lost.end(), record.what.eligible.begin(), record.what.eligible.end());
  for (const auto& each : lost) {
    missed += (missed.empty() ? "" : ", ") + number(each.node);
    if (each.node != node)
      plan.change.add_unheard(each.node);
  }
  const auto term = next_term(nodes, shard, record.what.term);
  if (!term)
    return term.error();
  const auto next = elected(record.what, found->who, *term);
  plan.lines.push_back(line_of(shard, record.what, next));
  plan.lines.push_back("every committed epoch was with nodes " + missed + ", which do not answer; node "
                       + number(node) + " has those up to epoch " + number(copy->journal_end) + ", of term "
                       + number(copy->journal_term)
                       + ". What was committed after that is LOST: orders, stock "
                         "and money of those epochs, and answers that clients were given");
  plan.lines.push_back("disks of those nodes that come back are set aside where they have more");
  add(plan.change, name_of_shard(shard), record.version, encode(next));
  plan.change.set_what("shard " + number(shard) + ": node " + number(node) + " elected in term "
                       + number(*term) + " with its copy up to epoch " + number(copy->journal_end)
                       + ", accepting loss; not heard: " + missed);
  return plan;
}

result<repair_plan> plan_reset(const reports& nodes, std::uint32_t shard) {
  const auto known = known_by(nodes);
  if (!known)
    return known.error();
  const auto record = newest(nodes, shard);
  if (record.version == 0)
    return no("nobody who answers holds a record of shard " + number(shard));
  // The store is there, so no record of a higher term is lost.
  if (std::any_of(nodes.begin(), nodes.end(), [](const auto& each) { return !has_a_store(each); }))
    return no(
        "the store is not believed by every node that answers: `orderctl cluster restore-configuration` "
        "comes first");
  const auto next = restored(nodes, nodes, shard, known->minimum, promises::in_error, 0);
  if (!next)
    return next.error();
  auto plan = begin(*known, nodes);
  plan.lines.push_back(line_of(shard, record.what, *next));
  add(plan.change, name_of_shard(shard), record.version, encode(*next));
  plan.change.set_over_newer(true);
  plan.change.set_what("shard " + number(shard) + ": its term set to " + number(next->term) + ", as nodes "
                       + those_who_answer(nodes) + " hold it");
  return plan;
}

} // namespace orderd::cluster
