// What must hold in the replicas' world, told by what happens in it (invariants.md A to E).
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/replication/peer_message.hpp"
#include "runtime/storage/row.hpp"
#include "tests/simulation/world_disk.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace orderd::simulation {

class world_checks {
public:
  /// A primary told its engine that the epoch is committed. `known`: the assignment it acts on; `disks`: of
  /// the nodes that have not lost theirs, by node.
  void acknowledged(std::uint32_t node, const runtime::epoch& what, const cluster::assignment& known,
                    const cluster::assignment& in_store, std::size_t minimum,
                    const std::map<std::uint32_t, const world_disk*>& disks);
  /// A replica takes it for committed; it is in its journal.
  void committed(std::uint32_t node, const runtime::epoch& what);
  /// So does the primary, which leads: whoever is in sync has it.
  void committed_by_primary(std::uint32_t node, const runtime::epoch& what,
                            const cluster::assignment& in_store,
                            const std::map<std::uint32_t, const world_disk*>& disks);
  void journaled(std::uint32_t node, const runtime::epoch& what);
  /// Is about to be applied to that disk's state.
  void applied(std::uint32_t node, const runtime::epoch& what, const world_disk& disk);
  /// The rows of a whole copy have this hash once that epoch is applied.
  void state(std::uint32_t node, std::uint64_t applied, std::uint64_t hash);
  /// The epochs above are about to be cut off that disk's journal, by a truncation.
  void cut(std::uint32_t node, const world_disk& disk, std::uint64_t keep_upto);
  /// What a node says must be on its disk already.
  void said(std::uint32_t node, const cluster::peer_body& what, const world_disk& disk);
  /// An engine starts after that epoch.
  void engine_started(std::uint32_t node, std::uint64_t term, std::uint64_t last_epoch,
                      const world_disk& disk);
  /// A read from memory was answered by the primary of a term.
  void read_answered(const cluster::replica_id& who, std::uint64_t term, const cluster::assignment& in_store);
  /// The assignment changes in the store.
  void assigned(const cluster::assignment& before, const cluster::assignment& after, std::size_t minimum,
                const std::map<std::uint32_t, const world_disk*>& disks);
  /// The assignment changes while all is quiet, but that this node has long been dead; none: it is not.
  void rests(const cluster::assignment& before, const cluster::assignment& after,
             const std::optional<std::uint32_t>& dead);
  void promised(std::uint32_t node, std::uint64_t incarnation, std::uint64_t term);
  void complain(const std::string& what) { violations_.push_back(what); }

  const std::vector<std::string>& violations() const noexcept { return violations_; }
  std::uint64_t acknowledged_upto() const noexcept {
    return acknowledged_.empty() ? 0 : acknowledged_.rbegin()->first;
  }
  std::size_t acknowledgements() const noexcept { return acknowledged_.size(); }
  /// Epochs acknowledged that this disk lacks, or has otherwise.
  std::size_t lost_on(const world_disk& disk) const;

private:
  void eligible_changes(const cluster::assignment& before, const cluster::assignment& after,
                        std::size_t minimum, const std::map<std::uint32_t, const world_disk*>& disks);
  static std::uint64_t hash_of(const runtime::epoch& what);
  static bool has(const world_disk& disk, const runtime::epoch& what);

  std::vector<std::string> violations_;
  std::map<std::uint64_t, std::uint64_t> acknowledged_;                       ///< number -> hash
  std::map<std::uint64_t, std::uint64_t> committed_;                          ///< number -> hash, anywhere
  std::map<std::uint64_t, std::uint64_t> states_;                             ///< applied -> hash of the rows
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> payloads_; ///< (term, number) -> hash
  std::map<std::uint64_t, std::uint32_t> leaders_;                            ///< term -> node
  std::uint64_t term_in_store_ = 1;
  bool committed_since_whole_ =
      false; ///< in the term that is in the store, by a set that is still large enough
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t> promises_; ///< (node, incarnation) -> term
  std::uint64_t acknowledged_term_ = 0;
  std::map<std::uint64_t, std::uint64_t> acknowledged_in_; ///< term -> last number
};

} // namespace orderd::simulation
