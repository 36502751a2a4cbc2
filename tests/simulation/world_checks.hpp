// What must hold in the replicas' world, told by what happens in it (invariants.md A to E).
#pragma once

#include "cluster/assignment.hpp"
#include "runtime/row.hpp"
#include "tests/simulation/world_disk.hpp"

#include <cstdint>
#include <map>
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
  void journaled(std::uint32_t node, const runtime::epoch& what);
  void applied(std::uint32_t node, const runtime::epoch& what);
  /// An engine starts after that epoch.
  void engine_started(std::uint32_t node, std::uint64_t term, std::uint64_t last_epoch,
                      const world_disk& disk);
  /// A read from memory was answered.
  void read_answered(std::uint32_t node, std::uint64_t term);
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
  static std::uint64_t hash_of(const runtime::epoch& what);

  std::vector<std::string> violations_;
  std::map<std::uint64_t, std::uint64_t> acknowledged_;                       ///< number -> hash
  std::map<std::uint64_t, std::uint64_t> applied_;                            ///< number -> hash, anywhere
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> payloads_; ///< (term, number) -> hash
  std::map<std::uint64_t, std::uint32_t> leaders_;                            ///< term -> node
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t> promises_; ///< (node, incarnation) -> term
  std::uint64_t acknowledged_term_ = 0;
};

} // namespace orderd::simulation
