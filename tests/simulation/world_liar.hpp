// Whoever reaches the port for peers of a node of the replicas' world, and says what is not so: leads,
// refusals, announcements and accusations in the name of any node, with terms that nobody has. Whom a replica
// believes is to make all of it harmless (B11).
#pragma once

#include "cluster/replication/peer_message.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/world_node.hpp"
#include "tests/simulation/world_schedule.hpp"
#include "tests/simulation/world_store.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace orderd::simulation {

class world_liar {
public:
  world_liar(world_schedule& time, chance& random, const world_nodes& nodes, const world_store& store)
      : time_(time), random_(random), nodes_(nodes), store_(store) {}

  /// From now on, now and then.
  void begin() {
    time_.at(random_.between(5, 400) * 1'000, [this] {
      lie(store_.stored().what);
      begin();
    });
  }

private:
  void lie(const cluster::assignment& there) {
    const auto& to = nodes_.at(any());
    if (!to->up())
      return;
    const auto from = random_.percent(40) ? there.primary : name_of(any());
    to->received({0, from, 0, body(there, from)});
  }

  std::uint32_t any() { return 1 + static_cast<std::uint32_t>(random_.below(nodes_.size())); }
  cluster::replica_id name_of(std::uint32_t node) {
    if (random_.percent(10))
      return {99, 1};
    return {node, random_.percent(10) ? 77 : nodes_.at(node)->self().incarnation};
  }
  std::uint64_t term(const cluster::assignment& there) {
    switch (random_.below(5)) {
    case 0:
      return std::numeric_limits<std::uint64_t>::max();
    case 1:
      return there.term + random_.between(2, 20'000);
    case 2:
      return there.term;
    case 3:
      return there.term - std::min<std::uint64_t>(there.term, 1);
    default:
      return there.term + 1;
    }
  }
  /// Of the primary itself only what it could not say of the term that it leads.
  cluster::peer_body body(const cluster::assignment& there, const cluster::replica_id& from) {
    const auto least = there.term + (from == there.primary ? 1 : 0);
    const auto said = std::max(term(there), least);
    switch (random_.below(6)) {
    case 0:
      return cluster::stale_term{said};
    case 1:
      return cluster::join{said};
    case 2:
      return cluster::transfer_leadership{said};
    case 3:
      return cluster::lost_writes{said, 0};
    case 4:
      return cluster::append{said, {}, 1u << 20};
    default:
      return cluster::new_term{said, 1u << 20, {{said, 1}}, 1u << 20, 1u << 20};
    }
  }

  world_schedule& time_;
  chance& random_;
  const world_nodes& nodes_;
  const world_store& store_;
};

} // namespace orderd::simulation
