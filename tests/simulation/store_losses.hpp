// The configuration store of a simulated cluster is lost, and another one is there: empty, as an older backup
// of itself, or with the records of another cluster. It is repaired as a person would: with the records that
// the nodes hold.
//
// What must hold meanwhile is what holds while the store is away: nobody believes it. Nodes crash and start
// again; no disk is lost, since a node that begins anew beside a lost store needs a person.
#pragma once

#include "cluster/configuration/membership.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/cluster_members.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/support/simulated_configuration.hpp"

#include <functional>
#include <set>
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
    std::function<void()> restored;
    std::function<void(const std::string& what)> complain;
  };
  explicit store_losses(surroundings around) : around_(std::move(around)) {}

  bool lost() const noexcept { return lost_; }
  /// Whether some node does not believe it: a person is told to restore it.
  bool doubted() const;
  void back_up();
  /// In one of the three ways, if every node holds what it said. Pre: it is not lost.
  void lose();
  /// Writes the records again if it is doubted, from the nodes that run; not when they are too few.
  /// `all_run`: then it must be possible.
  void repair(bool all_run);
  /// Replaces the disks that went on with a backup while others went on without, as a person does who is told
  /// of epochs that differ (`doubted`, other_epoch). All run.
  void replace_diverged();
  /// Whether it went on with a backup while others knew better: then it may say that a disk is wrong.
  bool of_another_history(std::uint32_t id) const;

private:
  bool members_know() const;

  surroundings around_;
  std::vector<test::simulated_register::snapshot> backups_;
  bool lost_ = false;
  std::set<cluster::replica_id> went_on_with_it_;
};

} // namespace orderd::simulation
