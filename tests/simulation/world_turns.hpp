// Faults at the turning points of the replicas' world: who proposed and who won at each change of the
// assignment, who writes the first epoch of a term, who begins a copy and who has one whole. What comes to
// the clock there once in thousands of runs comes here in each.
#pragma once

#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/world_network.hpp"
#include "tests/simulation/world_schedule.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace orderd::simulation {

class world_turns {
public:
  world_turns(world_schedule& time, chance& random, world_network& network, counters& happened,
              std::function<void(std::uint32_t)> crash)
      : time_(time), random_(random), network_(network), happened_(happened), crash_(std::move(crash)) {}

  /// That node is at a turning point of that name. Perhaps it stands still, is cut off, or crashes; not here,
  /// but as soon as what is under way now is over.
  void at(std::uint32_t node, const std::string& what) {
    if (!on_ || !random_.once_in(6))
      return;
    happened_.count("fault at " + what);
    time_.at(random_.between(0, 3'000), [this, node, kind = random_.below(4)] { fault(node, kind); });
  }
  void on(bool wanted) noexcept { on_ = wanted; }

private:
  void fault(std::uint32_t node, std::uint64_t kind) {
    if (!on_)
      return;
    if (kind < 2)
      return time_.stand_still(node, time_.now() + random_.between(50, 900) * 1'000);
    if (kind == 2)
      return crash_(node);
    for (std::uint32_t other = 1; other <= nodes_max; ++other) {
      network_.cut(node, other);
      if (random_.percent(70))
        network_.cut(other, node);
    }
    time_.at(random_.between(100, 1'500) * 1'000, [this] { network_.mend(); });
  }

  static constexpr std::uint32_t nodes_max = 5;

  world_schedule& time_;
  chance& random_;
  world_network& network_;
  counters& happened_;
  std::function<void(std::uint32_t)> crash_;
  bool on_ = false;
};

} // namespace orderd::simulation
