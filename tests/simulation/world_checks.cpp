#include "tests/simulation/world_checks.hpp"

#include "runtime/base/bytes.hpp"
#include "tests/support/older_version.hpp"

#include <algorithm>

namespace orderd::simulation {

namespace {

std::string at(std::uint32_t node, const runtime::epoch& what) {
  return "node " + std::to_string(node) + ", epoch " + std::to_string(what.number) + " of term "
         + std::to_string(what.term);
}

} // namespace

std::uint64_t world_checks::hash_of(const runtime::epoch& what) {
  // The version before keeps the same epoch without some of it.
  const auto bytes = runtime::encode_epoch(*test::kept_by_an_older_version(what));
  return runtime::hash_bytes(bytes);
}

void world_checks::acknowledged(std::uint32_t node, const runtime::epoch& what,
                                const cluster::assignment& known, const cluster::assignment& in_store,
                                std::size_t minimum,
                                const std::map<std::uint32_t, const world_disk*>& disks) {
  const auto [before, is_new] = acknowledged_.emplace(what.number, hash_of(what));
  if (!is_new && before->second != hash_of(what))
    complain(at(node, what) + ": another epoch of this number was acknowledged before (A5)");
  // Acknowledgements may reach a deposed primary late: of epochs that its successor found and kept.
  if (const auto kept = committed_.find(what.number);
      what.term < acknowledged_term_ && (kept == committed_.end() || kept->second != hash_of(what)))
    complain(at(node, what) + ": acknowledged after term " + std::to_string(acknowledged_term_)
             + " was, which did not keep it (B7)");
  acknowledged_term_ = std::max(acknowledged_term_, what.term);
  acknowledged_in_[what.term] = std::max(acknowledged_in_[what.term], what.number);
  if (known.in_sync.size() < minimum)
    complain(at(node, what) + ": acknowledged with " + std::to_string(known.in_sync.size())
             + " in sync (A11)");
  if (std::none_of(disks.begin(), disks.end(), [&](const auto& each) { return has(*each.second, what); }))
    complain(at(node, what) + ": acknowledged, but on no disk");
  committed_by_primary(node, what, in_store, disks);
}

bool world_checks::has(const world_disk& disk, const runtime::epoch& what) {
  const auto found = disk.journal.find(what.number);
  return disk.applied >= what.number
         || (found != disk.journal.end() && hash_of(*found->second) == hash_of(what));
}

void world_checks::committed_by_primary(std::uint32_t node, const runtime::epoch& what,
                                        const cluster::assignment& in_store,
                                        const std::map<std::uint32_t, const world_disk*>& disks) {
  committed_since_whole_ |= in_store.term == what.term;
  for (const auto& [id, disk] : disks)
    if (cluster::contains(in_store.in_sync, {id, disk->identity.incarnation}) && in_store.term == what.term
        && !has(*disk, what))
      complain(at(node, what) + ": committed, but not durable on node " + std::to_string(id)
               + ", which is in sync (A1)");
}

void world_checks::committed(std::uint32_t node, const runtime::epoch& what) {
  const auto [known, is_new] = committed_.emplace(what.number, hash_of(what));
  if (!is_new && known->second != hash_of(what))
    complain(at(node, what) + ": committed, but another epoch of this number was, elsewhere (A5)");
}

void world_checks::journaled(std::uint32_t node, const runtime::epoch& what) {
  const auto [known, is_new] = payloads_.emplace(std::pair{what.term, what.number}, hash_of(what));
  if (!is_new && known->second != hash_of(what))
    complain(at(node, what) + ": another payload of this epoch exists (A4)");
}

void world_checks::applied(std::uint32_t node, const runtime::epoch& what, const world_disk& disk) {
  const auto acknowledged = acknowledged_.find(what.number);
  if (acknowledged != acknowledged_.end() && acknowledged->second != hash_of(what))
    complain(at(node, what) + ": applied, but another one was acknowledged (A7)");
  const auto durable = disk.journal.find(what.number);
  // A copy that begins erases the journal; what is still on its way to the rows is erased behind it.
  if (!disk.note.copying && (durable == disk.journal.end() || hash_of(*durable->second) != hash_of(what)))
    complain(at(node, what) + ": applied, but not in the journal (A6)");
  const auto known = committed_.find(what.number);
  if (known == committed_.end() || known->second != hash_of(what))
    complain(at(node, what) + ": applied, but not committed (A7)");
}

void world_checks::state(std::uint32_t node, std::uint64_t applied, std::uint64_t hash) {
  const auto [known, is_new] = states_.emplace(applied, hash);
  if (!is_new && known->second != hash)
    complain("node " + std::to_string(node) + ", epoch " + std::to_string(applied)
             + " applied: the rows differ from those of another replica (A8)");
}

void world_checks::cut(std::uint32_t node, const world_disk& disk, std::uint64_t keep_upto) {
  for (auto each = disk.journal.upper_bound(keep_upto); each != disk.journal.end(); ++each) {
    const auto acknowledged = acknowledged_.find(each->first);
    if (acknowledged != acknowledged_.end() && acknowledged->second == hash_of(*each->second))
      complain(at(node, *each->second) + ": acknowledged, and cut off the journal (D4)");
  }
}

void world_checks::said(std::uint32_t node, const cluster::peer_body& what, const world_disk& disk) {
  const auto check = [&](std::uint64_t term, std::uint64_t end, bool complete, std::uint64_t hash) {
    const auto who = "node " + std::to_string(node) + " says ";
    if (disk.note.promised < term)
      complain(who + "that it follows in term " + std::to_string(term)
               + ", which its disk does not know (B2)");
    if (disk.end() < end)
      complain(who + "that it has epoch " + std::to_string(end) + ", its journal ends at "
               + std::to_string(disk.end()) + " (A2)");
    const auto there = disk.journal.find(end);
    if (end > 0
        && (there == disk.journal.end() ? end != disk.applied || hash != disk.applied_hash
                                        : hash != runtime::hash_of(*there->second)))
      complain(who + "that it has an epoch " + std::to_string(end) + " which is not that of its disk (B12)");
    if (complete && disk.note.copying)
      complain(who + "that it is whole, its disk that it is not (D9)");
  };
  if (const auto* joined = std::get_if<cluster::join_ack>(&what))
    check(joined->term, joined->end, joined->complete, joined->hash);
  else if (const auto* acked = std::get_if<cluster::append_ack>(&what))
    check(acked->term, acked->end, acked->complete, acked->hash);
}

void world_checks::engine_started(std::uint32_t node, std::uint64_t term, std::uint64_t last_epoch,
                                  const world_disk& disk) {
  if (!leaders_.emplace(term, node).second)
    complain("term " + std::to_string(term) + " has two primaries (B6)");
  if (disk.applied != last_epoch)
    complain("node " + std::to_string(node) + " serves from epoch " + std::to_string(last_epoch)
             + ", but has applied " + std::to_string(disk.applied) + " (D1)");
  // A primary that stood still while another took over may begin yet, but commits nothing.
  for (const auto& [earlier, upto] : acknowledged_in_)
    if (earlier < term && upto > last_epoch)
      complain("node " + std::to_string(node) + " serves from epoch " + std::to_string(last_epoch) + ", but "
               + std::to_string(upto) + " was acknowledged in term " + std::to_string(earlier) + " (D2)");
}

void world_checks::read_answered(const cluster::replica_id& who, std::uint64_t term,
                                 const cluster::assignment& in_store) {
  const auto read = "node " + std::to_string(who.node) + " answers a read in term " + std::to_string(term);
  if (term < acknowledged_term_)
    complain(read + ", after term " + std::to_string(acknowledged_term_) + " acknowledged something (E2)");
  // A successor that does not wait for this node had better wait for its leases.
  if (term < in_store.term && !cluster::contains(in_store.in_sync, who))
    complain(read + ", but term " + std::to_string(in_store.term) + " has begun without it (E1)");
}

void world_checks::assigned(const cluster::assignment& before, const cluster::assignment& after,
                            std::size_t minimum, const std::map<std::uint32_t, const world_disk*>& disks) {
  if (after.term < before.term || (after.term == before.term && after.primary != before.primary))
    complain("term " + std::to_string(before.term) + " is followed by term " + std::to_string(after.term)
             + ", or gets another primary (B6)");
  term_in_store_ = std::max(term_in_store_, after.term);
  const auto still_there = [&](const cluster::replica_id& who) {
    return cluster::contains(after.in_sync, who) || cluster::contains(after.eligible, who);
  };
  for (const auto& each : before.in_sync)
    if (after.in_sync.size() < minimum && !still_there(each))
      complain("node " + std::to_string(each.node) + " leaves when too few remain, and is not eligible (B5)");
  eligible_changes(before, after, minimum, disks);
  for (const auto& [id, disk] : disks)
    if (cluster::may_lead(after, {id, disk->identity.incarnation}, minimum) && !disk->note.copying
        && lost_on(*disk) > 0)
      complain("node " + std::to_string(id) + " may lead from now on, without "
               + std::to_string(lost_on(*disk)) + " acknowledged epochs (B5)");
}

/// Within a term nobody is forgotten before something was committed without it; from one to the next nobody
/// is kept without whom something was.
void world_checks::eligible_changes(const cluster::assignment& before, const cluster::assignment& after,
                                    std::size_t minimum,
                                    const std::map<std::uint32_t, const world_disk*>& disks) {
  const bool same_term = before.term == after.term;
  for (const auto& each : before.eligible) {
    const auto of_node = [&](const cluster::replica_id& who) { return who.node == each.node; };
    const bool joined = std::any_of(after.in_sync.begin(), after.in_sync.end(), of_node);
    const bool stays = cluster::contains(after.eligible, each);
    const auto disk = disks.find(each.node);
    if (same_term && !stays && !joined && !committed_since_whole_)
      complain("node " + std::to_string(each.node)
               + " is eligible no longer, and nothing was committed without it (B5)");
    if (!same_term && stays && before.in_sync.size() >= minimum && disk != disks.end()
        && disk->second->identity.incarnation == each.incarnation && lost_on(*disk->second) > 0)
      complain("node " + std::to_string(each.node) + " stays eligible in term " + std::to_string(after.term)
               + ", without " + std::to_string(lost_on(*disk->second)) + " acknowledged epochs (B5)");
  }
  if (!same_term || before.in_sync.size() < minimum || after.in_sync.size() < minimum)
    committed_since_whole_ = false;
}

void world_checks::rests(const cluster::assignment& before, const cluster::assignment& after,
                         const std::optional<std::uint32_t>& dead) {
  const auto has_dead = [&](const cluster::assignment& there) {
    return std::any_of(there.in_sync.begin(), there.in_sync.end(),
                       [&](const cluster::replica_id& each) { return each.node == dead; });
  };
  if (dead && has_dead(after) && !has_dead(before))
    complain("node " + std::to_string(*dead) + " joins, which has long been dead (C9)");
}

void world_checks::promised(std::uint32_t node, std::uint64_t incarnation, std::uint64_t term) {
  if (term > term_in_store_)
    complain("node " + std::to_string(node) + " promises term " + std::to_string(term) + ", the store has "
             + std::to_string(term_in_store_) + " (B11)");
  auto& promised = promises_[{node, incarnation}];
  if (term < promised)
    complain("node " + std::to_string(node) + " takes back the promise of term " + std::to_string(promised)
             + " (B1)");
  promised = std::max(promised, term);
}

std::size_t world_checks::lost_on(const world_disk& disk) const {
  std::size_t lost = 0;
  for (const auto& [number, hash] : acknowledged_) {
    const auto found = disk.journal.find(number);
    if (disk.applied < number && (found == disk.journal.end() || hash_of(*found->second) != hash))
      ++lost;
  }
  return lost;
}

} // namespace orderd::simulation
