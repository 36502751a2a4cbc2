// The replicas of one shard in a world of their own: clocks that drift, a network, disks, a configuration
// store, and an engine that closes epochs, all decided by one seed. It drives the pure class `replica`,
// nothing else, and so runs thousands of seconds a minute; whole clusters with orders in them are in
// simulation.hpp.
//
// Faults: messages lost and late; links cut, one way or both; nodes that crash, stand still, restart; disks
// wiped, or set back to an older copy; the configuration store gone, for all or for one, or with an outcome
// that is not known and may come true later; watch hints lost. Never more at once than replication promises
// to survive, unless `beyond_promise`: then it may stop, but must not lie.
#pragma once

#include "tests/simulation/counters.hpp"
#include "tests/simulation/world_node.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::simulation {

struct world_options {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 3;
  std::int64_t faulty_ms = 20'000; ///< simulated, before everything is healed
  std::int64_t round_trip_ms = 0;  ///< between any two nodes, besides what is random
  std::int64_t rests_at_ms = 0;    ///< for a while nothing goes wrong, but that a node is dead; 0: never
  bool idles = false;              ///< now and then nothing is written for a while
  bool turns = false;              ///< much goes wrong just when something turns (world_turns.hpp)
  bool quick_store = false;        ///< the configuration store answers at once, else within some 20 ms
  bool lies = false;               ///< somebody says what is not so (world_liar.hpp)
  world_habits habits = {};        ///< the minimum is filled in
  bool beyond_promise = false;     ///< disks may be lost until nobody has them
};

struct world_report {
  std::vector<std::string> violations;
  counters happened;
  std::uint64_t events = 0;
  std::int64_t simulated_ms = 0;
  std::uint64_t fingerprint = 0;
};

world_report run_world(const world_options& options);

/// As the long run chooses them for a seed.
world_options world_of_seed(std::uint64_t seed);

} // namespace orderd::simulation
