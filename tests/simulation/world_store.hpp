// The configuration store of the replicas' world: a register with a version, that is down at times, whose
// answers get lost, and in which a change of unknown outcome may take place much later.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/world_node.hpp"
#include "tests/simulation/world_schedule.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace orderd::simulation {

class world_store {
public:
  /// `changes`: told of every change that is about to take place.
  using change_hook =
      std::function<void(const cluster::assignment& before, const cluster::assignment& after)>;
  /// `slow`: answers take some milliseconds, else hardly any.
  world_store(world_schedule& time, chance& random, counters& happened, const world_nodes& nodes, bool slow,
              change_hook changes)
      : time_(time), random_(random), happened_(happened), nodes_(nodes), slow_(slow),
        changes_(std::move(changes)) {}

  const cluster::versioned_assignment& stored() const noexcept { return stored_; }
  void place(cluster::assignment first) { stored_ = {1, std::move(first)}; }

  /// As replica_port: the node is told what is there, or that the outcome is not known. `late`: that it is
  /// not, and the change takes place much later.
  void propose(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what, bool late);
  void look_up(std::uint32_t node);

  /// Whether the node has proposed a change whose outcome it does not know.
  bool unresolved(std::uint32_t node) const;
  /// Such a node; `otherwise` when there is none.
  std::uint32_t waiting(std::uint32_t otherwise) const;
  /// What is there, and what may yet take its place.
  std::vector<cluster::assignment> possible() const;

  void down(bool is_down) noexcept { down_ = is_down; }
  /// For that node it is, until then.
  void out_of_reach(std::uint32_t node, std::int64_t until_us) {
    out_of_reach_until_[node] = std::max(out_of_reach_until_[node], until_us);
  }
  /// From now on it answers everything.
  void heal() noexcept;

private:
  struct proposal {
    std::uint64_t life = 0; ///< of the node
    std::uint64_t expected = 0;
    cluster::assignment what;
    bool answered = false; ///< with: not known
  };

  void take_place(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what);
  void count(std::uint32_t node, const cluster::assignment& next);
  void tell(std::uint32_t node, std::uint64_t life, bool known);
  bool answers(std::uint32_t node) const;
  std::int64_t way_us();
  /// To some: hints get lost.
  void hint();

  world_schedule& time_;
  chance& random_;
  counters& happened_;
  const world_nodes& nodes_;
  bool slow_;
  change_hook changes_;
  cluster::versioned_assignment stored_;
  std::map<std::uint32_t, proposal> proposals_; ///< each node's last
  std::vector<cluster::assignment> under_way_;  ///< proposed on the version that is there
  std::map<std::uint32_t, std::int64_t> out_of_reach_until_;
  bool down_ = false;
  bool healed_ = false;
};

} // namespace orderd::simulation
