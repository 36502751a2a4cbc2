// Faults at the moments that matter: a simulated node stands still, is cut off or crashes just when it
// proposes an assignment or has won it, hands a shard over, ships the first epoch of its term, or begins or
// ends a copy. Faults that come by the clock alone meet such a moment in few seeds.
//
// *Operation*: tell it of every proposal and every message between nodes; it asks for faults by its `hands`.
// At most so many a history: something must also succeed.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/peers/messages.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace orderd::simulation {

class transition_faults {
public:
  struct hands {
    std::function<void(std::uint32_t node, std::int64_t ms)>
        stand_still;                                                ///< at once, in the midst of its work
    std::function<void(std::uint32_t node, std::int64_t ms)> crash; ///< for so long
    std::function<void(std::uint32_t one, std::uint32_t other, std::int64_t ms)> cut; ///< 0: from all others
  };
  struct options {
    std::uint64_t share = 0; ///< of the transitions, in per cent, at which something fails
    int faults_max = 12;
  };

  /// References outlive it.
  transition_faults(options with, hands what, chance& random, counters& happened)
      : options_(with), hands_(std::move(what)), random_(random), happened_(happened) {}

  void heal() { options_.faults_max = 0; }

  /// A node's compare-and-set is about to take place, or has just taken place; `what` names the winner.
  void proposes(std::uint32_t node, const cluster::assignment& what);
  void proposed(std::uint32_t node, const cluster::assignment& what);
  void sends(std::uint32_t from, const cluster::peer_send& what);

private:
  void strike(const char* when, std::uint32_t one, std::uint32_t other);
  void appends(std::uint32_t from, const cluster::peer_send& what, std::uint64_t term);

  options options_;
  hands hands_;
  chance& random_;
  counters& happened_;
  std::map<std::uint32_t, std::uint64_t> terms_; ///< by shard: the newest whose first epoch was shipped
};

} // namespace orderd::simulation
