// What a simulated cluster as a whole must come to, and what happened to its shards on the way: judged by the
// configuration store and the disks, which nobody in the cluster sees all at once.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/membership.hpp"
#include "tests/simulation/cluster_members.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/support/simulated_configuration.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace orderd::simulation {

class cluster_review {
public:
  /// References outlive it.
  cluster_review(const cluster::cluster_terms& terms, const test::simulated_register& store,
                 cluster_members& members, counters& happened);

  /// Counts the changes of assignments since the last look, and complains of impossible ones, and of too many
  /// in a short time: each costs everybody a read of everything, and of a shard that changes its mind all the
  /// time a copy may be missed just when the store is not there (E4).
  void look_at_store(std::int64_t now_us, const std::function<void(const std::string&)>& complain);
  /// The store was restored from what some nodes hold: a term in which nothing can have been committed may be
  /// unknown to them.
  void forget_what_was_seen() { seen_.assign(seen_.size(), {}); }

  /// Whether each shard has somebody who may lead it.
  bool can_serve() const;
  /// Whether each shard has all its copies in sync.
  bool whole() const;
  /// Whether all copies of each shard have the same rows, of the same epoch (A8), and no node owes an answer
  /// (N4), or holds back credit. Pre: all nodes run.
  bool at_rest() const;
  /// What an audit over the rows of all shards finds. Pre: all is at rest.
  std::vector<std::string> audit() const;

  std::string describe() const;

private:
  struct rows {
    std::uint64_t applied = 0;
    std::uint64_t hash = 0;
    friend bool operator==(const rows&, const rows&) = default;
  };
  bool alike() const;
  rows rows_of(std::uint32_t node, std::uint32_t shard) const;
  const cluster::assignment& of(std::uint32_t shard) const { return seen_[shard].what; }
  void count_change(const cluster::assignment& before, const cluster::assignment& after);

  const cluster::cluster_terms& terms_;
  const test::simulated_register& store_;
  cluster_members& members_;
  counters& happened_;
  std::vector<cluster::versioned_assignment> seen_;  ///< by shard
  std::vector<std::deque<std::int64_t>> changed_at_; ///< by shard: the changes of the last second
};

} // namespace orderd::simulation
