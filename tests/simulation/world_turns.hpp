// Faults at the turning points of the replicas' world: who proposed and who won at each change of the
// assignment, who writes the first epoch of a term, who begins a copy and who has one whole; who hands over
// and does not hear of it, and who takes over, starts again and has forgotten it. What comes to the clock
// there once in thousands of runs comes here in each.
#pragma once

#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/world_network.hpp"
#include "tests/simulation/world_schedule.hpp"
#include "tests/simulation/world_store.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace orderd::simulation {

class world_turns {
public:
  /// `beats`: the node, if it is up, sends its heartbeats.
  world_turns(world_schedule& time, chance& random, world_network& network, world_store& store,
              counters& happened, std::function<void(std::uint32_t)> crash,
              std::function<void(std::uint32_t)> beats)
      : time_(time), random_(random), network_(network), store_(store), happened_(happened),
        crash_(std::move(crash)), beats_(std::move(beats)) {}

  /// That node is at a turning point of that name. Perhaps it stands still, is cut off, or crashes; not here,
  /// but as soon as what is under way now is over.
  void at(std::uint32_t node, const std::string& what) {
    if (!on_ || !random_.once_in(6))
      return;
    happened_.count("fault at " + what);
    time_.at(random_.between(0, 3'000), [this, node, kind = random_.below(kinds)] { fault(node, kind); });
  }
  /// The store has just made another node primary than that one, which asked for it. Perhaps that one does
  /// not hear of it, and is cut off as soon as its leases were granted once more: they last.
  void handed_over(std::uint32_t node) {
    if (!on_ || !random_.percent(60))
      return;
    happened_.count("fault at a handover");
    beats_(node);
    store_.out_of_reach(node, time_.now() + random_.between(300, 1'500) * 1'000);
    time_.at(random_.between(2, 6) * 1'000, [this, node] { fault(node, isolates); });
  }
  /// A node asks for a takeover: whether its outcome is late. Then it crashes, and does not know of it.
  bool takes_over(std::uint32_t node) {
    if (!on_ || !random_.percent(40))
      return false;
    happened_.count("fault at a takeover");
    time_.at(random_.between(0, 3'000), [this, node] { fault(node, crashes); });
    return true;
  }
  void on(bool wanted) noexcept { on_ = wanted; }

private:
  /// What goes wrong; 0 and 1: it stands still.
  enum : std::uint64_t { crashes = 2, loses_store, isolates, kinds };

  void fault(std::uint32_t node, std::uint64_t kind) {
    if (!on_)
      return;
    if (kind < 2)
      return time_.stand_still(node, time_.now() + random_.between(50, 900) * 1'000);
    if (kind == crashes)
      return crash_(node);
    if (kind == loses_store)
      return store_.out_of_reach(node, time_.now() + random_.between(100, 1'500) * 1'000);
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
  world_store& store_;
  counters& happened_;
  std::function<void(std::uint32_t)> crash_;
  std::function<void(std::uint32_t)> beats_;
  bool on_ = false;
};

} // namespace orderd::simulation
