#include "tests/simulation/world_checks.hpp"

#include "runtime/bytes.hpp"

namespace orderd::simulation {

namespace {

std::string at(std::uint32_t node, const runtime::epoch& what) {
  return "node " + std::to_string(node) + ", epoch " + std::to_string(what.number) + " of term "
         + std::to_string(what.term);
}

} // namespace

std::uint64_t world_checks::hash_of(const runtime::epoch& what) {
  const auto bytes = runtime::encode_epoch(what);
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
  if (const auto kept = applied_.find(what.number);
      what.term < acknowledged_term_ && (kept == applied_.end() || kept->second != hash_of(what)))
    complain(at(node, what) + ": acknowledged after term " + std::to_string(acknowledged_term_)
             + " was, which did not keep it (B7)");
  acknowledged_term_ = std::max(acknowledged_term_, what.term);
  std::size_t copies = 0;
  for (const auto& [id, disk] : disks) {
    const auto found = disk->journal.find(what.number);
    const bool has = disk->applied >= what.number
                     || (found != disk->journal.end() && hash_of(*found->second) == hash_of(what));
    copies += has ? 1 : 0;
    const bool member = cluster::contains(in_store.in_sync, {id, disk->identity.incarnation});
    if (member && in_store.term == what.term && !has)
      complain(at(node, what) + ": acknowledged, but not durable on node " + std::to_string(id)
               + ", which is in sync (A1)");
  }
  if (known.in_sync.size() < minimum)
    complain(at(node, what) + ": acknowledged with " + std::to_string(known.in_sync.size())
             + " in sync (A11)");
  if (copies == 0)
    complain(at(node, what) + ": acknowledged, but on no disk");
}

void world_checks::journaled(std::uint32_t node, const runtime::epoch& what) {
  const auto [known, is_new] = payloads_.emplace(std::pair{what.term, what.number}, hash_of(what));
  if (!is_new && known->second != hash_of(what))
    complain(at(node, what) + ": another payload of this epoch exists (A4)");
}

void world_checks::applied(std::uint32_t node, const runtime::epoch& what) {
  const auto [known, is_new] = applied_.emplace(what.number, hash_of(what));
  if (!is_new && known->second != hash_of(what))
    complain(at(node, what) + ": applied, but another epoch of this number was applied elsewhere (A7)");
  const auto acknowledged = acknowledged_.find(what.number);
  if (acknowledged != acknowledged_.end() && acknowledged->second != hash_of(what))
    complain(at(node, what) + ": applied, but another one was acknowledged (A7)");
}

void world_checks::engine_started(std::uint32_t node, std::uint64_t term, std::uint64_t last_epoch,
                                  const world_disk& disk) {
  if (!leaders_.emplace(term, node).second)
    complain("term " + std::to_string(term) + " has two primaries (B6)");
  if (disk.applied != last_epoch)
    complain("node " + std::to_string(node) + " serves from epoch " + std::to_string(last_epoch)
             + ", but has applied " + std::to_string(disk.applied) + " (D1)");
  if (acknowledged_upto() > last_epoch)
    complain("node " + std::to_string(node) + " serves from epoch " + std::to_string(last_epoch) + ", but "
             + std::to_string(acknowledged_upto()) + " was acknowledged (D2)");
}

void world_checks::read_answered(std::uint32_t node, std::uint64_t term) {
  if (term < acknowledged_term_)
    complain("node " + std::to_string(node) + " answers a read in term " + std::to_string(term)
             + ", after term " + std::to_string(acknowledged_term_) + " acknowledged something (E2)");
}

void world_checks::promised(std::uint32_t node, std::uint64_t incarnation, std::uint64_t term) {
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
