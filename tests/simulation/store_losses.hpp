// The configuration store of a simulated cluster is lost, and another one is there: empty, as an older backup
// of itself, or with the records of another cluster. It is repaired as a person would: with the records that
// the nodes hold.
//
// What must hold meanwhile is what holds while the store is away: nobody believes it. Nodes crash and start
// again; no disk is lost, since a node that begins anew beside a lost store needs a person.
#pragma once

#include "cluster/membership.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/cluster_members.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/support/simulated_configuration.hpp"

#include <functional>
#include <string>
#include <vector>

namespace orderd::simulation {

class store_losses {
public:
  /// References outlive it.
  struct surroundings {
    const cluster::cluster_terms& terms;
    test::simulated_register& store;
    cluster_members& members;
    chance& random;
    counters& happened;
    std::function<void(const std::string& what)> complain;
  };
  explicit store_losses(surroundings around) : around_(std::move(around)) {}

  bool lost() const noexcept { return lost_; }
  void back_up();
  /// In one of the three ways, if every node holds what it said. Pre: it is not lost.
  void lose();
  /// Writes the records again, from the nodes that run; does nothing when they are too few. `all_run`: then
  /// it must be possible.
  void repair(bool all_run);

private:
  surroundings around_;
  std::vector<test::simulated_register::snapshot> backups_;
  bool lost_ = false;
};

} // namespace orderd::simulation
