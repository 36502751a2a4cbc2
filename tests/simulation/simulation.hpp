// One simulated history from one seed: clients, a node that crashes and starts again, a bank, and checks.
//
// The seed decides everything: which actor runs next, when time passes, what clients ask, what the bank does,
// and when the process dies. The same options give the same history, to the last byte (`fingerprint`).
//
// Faults, and why each must be survivable: a crash between any two jobs (the power goes); an append that
// fails, of which the disk then has all or nothing (a torn write); an apply that fails; a full disk, for a
// while; a connection that breaks; provider calls and answers that are lost (the network); a wall clock that
// somebody sets wrong by seconds, hours or years, at any moment and between two lives. Handlers that throw,
// if asked for.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/storage/store.hpp"
#include "tests/simulation/altered_business.hpp"
#include "tests/simulation/altered_storage.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/support/memory_storage.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace orderd::simulation {

struct simulation_options {
  std::uint64_t seed = 1;
  std::uint32_t shards = 1;
  std::uint32_t steps = 4'000; ///< before everything is healed
  std::uint64_t steps_between_crashes = 700;
  /// Some handlers throw: some of them now and then, one order's always.
  bool throws = false;

  // Planted bugs, to see that the checks find them.
  turn_hook alters_turn;
  storage_bugs disk_bugs;
  std::function<void(test::memory_disk&)> after_crash;
};

struct simulation_report {
  std::vector<std::string> violations; ///< in the order found
  counters happened;
  std::uint64_t events = 0;      ///< jobs run
  std::uint64_t fingerprint = 0; ///< of everything that was said
};

simulation_report simulate(const simulation_options& options);

/// The options of a seed as the long run chooses them: shards, steps, crashes, throwing handlers.
simulation_options options_of_seed(std::uint64_t seed);

} // namespace orderd::simulation
