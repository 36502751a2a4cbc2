// The replicas' world over many seeds. A failing seed is replayed by its number:
//   ORDERD_WORLD_SEED=17 ORDERD_WORLD_SEEDS=1 simulation_tests --gtest_filter='ReplicaWorld.*'
#include "tests/simulation/replica_world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace orderd::simulation {

namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const auto* set = std::getenv(name);
  return set ? std::strtoull(set, nullptr, 10) : otherwise;
}

TEST(ReplicaWorld, KeepsEveryInvariant) {
  const auto first = number_of("ORDERD_WORLD_SEED", 1);
  const auto seeds = number_of("ORDERD_WORLD_SEEDS", 150);
  counters happened;
  std::int64_t simulated_ms = 0;
  std::uint64_t events = 0;
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto report = run_world(world_of_seed(seed));
    happened.add(report.happened);
    simulated_ms += report.simulated_ms;
    events += report.events;
    for (const auto& each : report.violations)
      ADD_FAILURE() << "seed " << seed << ": " << each;
  }
  for (const auto& [what, times] : happened.all())
    RecordProperty(what, std::to_string(times));
  if (std::getenv("ORDERD_WORLD_REPORT")) {
    for (const auto& [what, times] : happened.all())
      std::printf("%10llu  %s\n", static_cast<unsigned long long>(times), what.c_str());
    std::printf("%llu seeds, %llu events, %lld s simulated\n", static_cast<unsigned long long>(seeds),
                static_cast<unsigned long long>(events), static_cast<long long>(simulated_ms / 1'000));
  }
}

} // namespace

} // namespace orderd::simulation
