// Whole clusters from seeds: what was acknowledged is there after every crash and failover, replies stay the
// same, stock and money add up, copies are alike, and everything settles once the faults stop (invariants A
// to E, F4, S3 to S10, N4, N6).
//
// ORDERD_CLUSTER_SEED is the first seed, ORDERD_CLUSTER_SEEDS how many. A seed that fails prints itself; run
// alone, it does exactly the same again.
#include "actors/api.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/cluster_simulation.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace orderd::simulation {
namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const auto* set = std::getenv(name);
  return set ? std::strtoull(set, nullptr, 10) : otherwise;
}

/// A seed's violations, one a line, with how to see them again.
std::string shown(const cluster_report& report, std::uint64_t seed) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string all = "seed " + std::to_string(seed) + " fails; again: ORDERD_CLUSTER_SEED="
                    + std::to_string(seed) + " ORDERD_CLUSTER_SEEDS=1 simulation_tests --gtest_filter="
                    + test->test_suite_name() + '.' + test->name() + '\n';
  for (const auto& each : report.violations)
    all += "  " + each + '\n';
  return all;
}

/// Courses and faults that a long run must have met: a simulation that never gets there proves nothing.
const std::vector<const char*> must_happen = {
    "apply to fail",
    "cancelled while it paid",
    "cancelled while it reserved",
    "client's connection lost",
    "clock set",
    "crash",
    "crash for want of space",
    "crash in an append",
    "disk set back",
    "disk wiped",
    "election from the eligible set",
    "entity quarantined",
    "fault TIMEOUT",
    "handover",
    "join",
    "link cut",
    "new incarnation",
    "pause",
    "placement CANCELLED",
    "placement CARD_DECLINED",
    "placement CONFIRMED",
    "placement CREDIT_LIMIT",
    "placement DEADLINE_PASSED",
    "placement INSUFFICIENT_STOCK",
    "placement REJECTED",
    "placement repeated",
    "power lost everywhere",
    "query of a lost answer",
    "rejected after it held something",
    "rejection CONFLICT",
    "shrink",
    "slow disk",
    "store down",
    "store out of reach of one",
    "takeover",
};
constexpr std::uint64_t long_run = 1'000; ///< seeds

/// Runs the seeds up to the first that fails; what happened in them.
counters run_seeds(std::uint64_t seeds, bool beyond_promise) {
  const auto first = number_of("ORDERD_CLUSTER_SEED", 1);
  counters happened;
  std::int64_t simulated_ms = 0;
  std::uint64_t events = 0;
  std::uint64_t passed = 0;
  const auto started_at = std::chrono::steady_clock::now();
  for (auto seed = first; seed < first + seeds; ++seed) {
    auto options = cluster_of_seed(seed);
    options.beyond_promise = beyond_promise;
    const auto report = simulate_cluster(options);
    if (!report.violations.empty()) {
      ADD_FAILURE() << shown(report, seed);
      break;
    }
    ++passed;
    happened.add(report.happened);
    simulated_ms += report.simulated_ms;
    events += report.events;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_at;
  std::cout << passed << " seeds, " << simulated_ms / 1'000 << " s simulated, " << events << " events, "
            << static_cast<double>(passed) / took.count() << " seeds/s\n";
  for (const auto& [what, times] : happened.all())
    std::cout << "  " << times << "  " << what << '\n';
  return happened;
}

TEST(ClusterSimulation, KeepsItsPromisesFromEverySeed) {
  const auto seeds = number_of("ORDERD_CLUSTER_SEEDS", 40);
  const auto happened = run_seeds(seeds, false);
  if (HasFailure() || seeds < long_run)
    return; // Too few to expect everything.
  for (const auto* what : must_happen)
    EXPECT_GT(happened.of(what), 0u) << what << " never happened";
}

/// Disks are lost until nobody has what was acknowledged: a shard may stop then, but never serve without it.
TEST(ClusterSimulation, StopsAndNeverLiesBeyondItsPromise) {
  const auto seeds = number_of("ORDERD_CLUSTER_SEEDS", 10);
  const auto happened = run_seeds(seeds, true);
  if (HasFailure() || seeds < long_run)
    return;
  EXPECT_GT(happened.of("shard stopped for good"), 0u);
}

/// The first complaint about a bug planted in every seed in turn; "" when no seed finds it.
std::string complaint_about(const std::function<void(cluster_options&)>& plant) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto options = cluster_of_seed(seed);
    options.throws = false;
    plant(options);
    const auto report = simulate_cluster(options);
    if (!report.violations.empty()) {
      std::cout << "  seed " << seed << ": " << report.violations.front() << '\n';
      return report.violations.front();
    }
  }
  return {};
}

TEST(ClusterSimulation, FindsAnItemThatForgetsToSave) {
  EXPECT_NE(complaint_about([](auto& options) {
              options.alters_turn = [random = chance{1}](runtime::turn& now) mutable {
                if (now.self.kind() == static_cast<std::uint8_t>(actors::kind::item) && random.once_in(30))
                  now.out.state.reset();
              };
            }),
            "");
}

TEST(ClusterSimulation, FindsADiskThatLosesRows) {
  EXPECT_NE(complaint_about([](auto& options) {
              options.disk_bugs.loses = [](const runtime::row_key& key) {
                return key.in() == runtime::table::inbox;
              };
            }),
            "");
}

TEST(ClusterSimulation, FindsADiskThatAcknowledgesBeforeItSyncs) {
  EXPECT_NE(complaint_about([](auto& options) { options.disk_bugs.acknowledges_before_sync = true; }), "");
}

TEST(ClusterSimulation, IsTheSameHistoryFromTheSameSeed) {
  for (const std::uint64_t seed : {3, 4}) {
    const auto once = simulate_cluster(cluster_of_seed(seed));
    const auto again = simulate_cluster(cluster_of_seed(seed));
    EXPECT_EQ(once.fingerprint, again.fingerprint) << "seed " << seed;
    EXPECT_EQ(once.events, again.events) << "seed " << seed;
    EXPECT_NE(once.fingerprint, 0u);
  }
}

} // namespace
} // namespace orderd::simulation
