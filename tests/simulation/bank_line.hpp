// The line from one life of a node to the bank: the actor that the node takes for its card provider.
#pragma once

#include "tests/simulation/chance.hpp"
#include "tests/simulation/simulated_bank.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/response_promise.hpp>

#include <vector>

namespace orderd::simulation {

class bank_line {
public:
  /// Both outlive it.
  bank_line(simulated_bank& bank, chance& random) : bank_(bank), random_(random) {}

  /// Pre: the line outlives the actor.
  caf::actor spawn(caf::actor_system& system);
  /// The node is gone: nothing reaches the bank any more.
  void cut() {
    cut_ = true;
    never_answered_.clear();
  }

private:
  simulated_bank& bank_;
  chance& random_;
  bool cut_ = false;
  std::vector<caf::response_promise> never_answered_;
};

} // namespace orderd::simulation
