// The replicas' world over many seeds.
//
// ORDERD_WORLD_SEED is the first seed, ORDERD_WORLD_SEEDS how many. A seed that fails prints itself; run
// alone, it does exactly the same again.
#include "tests/simulation/replica_world.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <vector>

namespace orderd::simulation {

namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const auto* set = std::getenv(name);
  return set ? std::strtoull(set, nullptr, 10) : otherwise;
}

/// A seed's violations, one a line, with how to see them again.
std::string shown(const world_report& report, std::uint64_t seed) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string all =
      "seed " + std::to_string(seed) + " fails; again: ORDERD_WORLD_SEED=" + std::to_string(seed)
      + " ORDERD_WORLD_SEEDS=1 simulation_tests --gtest_filter=ReplicaWorld." + test->name() + '\n';
  for (const auto& each : report.violations)
    all += "  " + each + '\n';
  return all;
}

/// What a long run must have met: a world that never gets there proves nothing.
const std::vector<const char*> faults = {
    "compare-and-set that took place late",
    "compare-and-set with an unknown outcome",
    "crash",
    "disk set back",
    "disk wiped",
    "disk wiped during a copy",
    "link cut",
    "pause",
    "power lost everywhere",
    "slow disk",
    "store down",
};
const std::vector<const char*> courses = {
    "commit while a change of the set is unresolved",
    "copy begun",
    "copy stored",
    "election from the eligible set",
    "handover",
    "journal truncated",
    "journal truncated over two terms",
    "new incarnation",
    "primary deposed",
    "primary deposed while opening",
    "read answered",
    "takeover",
    "takeover during an unresolved shrink",
};
constexpr std::uint64_t long_run = 1'000; ///< seeds

/// Runs the seeds up to the first that fails; what happened in them.
counters run_seeds(std::uint64_t seeds, bool beyond_promise) {
  const auto first = number_of("ORDERD_WORLD_SEED", 1);
  counters happened;
  std::int64_t simulated_ms = 0;
  std::uint64_t events = 0;
  const auto started_at = std::chrono::steady_clock::now();
  for (auto seed = first; seed < first + seeds; ++seed) {
    auto options = world_of_seed(seed);
    options.beyond_promise = beyond_promise;
    const auto report = run_world(options);
    if (!report.violations.empty()) {
      ADD_FAILURE() << shown(report, seed);
      break;
    }
    happened.add(report.happened);
    simulated_ms += report.simulated_ms;
    events += report.events;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_at;
  std::cout << seeds << " seeds, " << simulated_ms / 1'000 << " s simulated, " << events << " events, "
            << static_cast<double>(seeds) / took.count() << " seeds/s\n";
  for (const auto& [what, times] : happened.all())
    std::cout << "  " << times << "  " << what << '\n';
  return happened;
}

void expect_all(const std::vector<const char*>& wanted, const counters& happened) {
  for (const auto* what : wanted)
    EXPECT_GT(happened.of(what), 0u) << what << " never happened";
}

TEST(ReplicaWorld, KeepsEveryInvariant) {
  const auto seeds = number_of("ORDERD_WORLD_SEEDS", 300);
  const auto happened = run_seeds(seeds, false);
  if (HasFailure() || seeds < long_run)
    return; // Too few to expect everything.
  expect_all(faults, happened);
  expect_all(courses, happened);
}

/// Disks are lost until nobody has what was acknowledged: a shard may stop then, but never serve without it.
TEST(ReplicaWorld, StopsAndNeverLiesBeyondItsPromise) {
  const auto seeds = number_of("ORDERD_WORLD_SEEDS", 100);
  const auto happened = run_seeds(seeds, true);
  if (HasFailure() || seeds < long_run)
    return;
  expect_all(faults, happened);
  expect_all({"shard stopped for good"}, happened);
}

TEST(ReplicaWorld, IsTheSameHistoryFromTheSameSeed) {
  for (const std::uint64_t seed : {3, 4, 5}) {
    const auto once = run_world(world_of_seed(seed));
    const auto again = run_world(world_of_seed(seed));
    EXPECT_EQ(once.fingerprint, again.fingerprint) << "seed " << seed;
    EXPECT_NE(once.fingerprint, 0u);
  }
}

} // namespace

} // namespace orderd::simulation
