// The configuration store of the replicas' world: a register with a version, that is down at times, whose
// answers get lost, and in which a change of unknown outcome may take place much later.
#pragma once

#include "cluster/assignment.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/world_node.hpp"
#include "tests/simulation/world_schedule.hpp"

#include <cstdint>
#include <functional>

namespace orderd::simulation {

class world_store {
public:
  world_store(world_schedule& time, chance& random, counters& happened, const world_nodes& nodes)
      : time_(time), random_(random), happened_(happened), nodes_(nodes) {}

  const cluster::versioned_assignment& stored() const noexcept { return stored_; }
  void place(cluster::assignment first) { stored_ = {1, std::move(first)}; }

  /// As replica_port: the node is told what is there, or that the outcome is not known.
  void propose(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what);
  void look_up(std::uint32_t node);

  void down(bool is_down) noexcept { down_ = is_down; }
  /// From now on it answers everything.
  void heal() noexcept;

private:
  void take_place(std::uint64_t expected, const cluster::assignment& what);
  void tell(std::uint32_t node, std::uint64_t life, bool known);
  /// To some: hints get lost.
  void hint();

  world_schedule& time_;
  chance& random_;
  counters& happened_;
  const world_nodes& nodes_;
  cluster::versioned_assignment stored_;
  bool down_ = false;
  bool healed_ = false;
};

} // namespace orderd::simulation
