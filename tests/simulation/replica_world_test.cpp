// The replicas' world over many seeds: ORDERD_WORLD_SEED and ORDERD_WORLD_SEEDS choose them (seed_run.hpp).
#include "tests/simulation/replica_world.hpp"
#include "tests/simulation/seed_run.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace orderd::simulation {

namespace {

/// What a long run must have met: a world that never gets there proves nothing.
const std::vector<const char*> faults = {
    "compare-and-set that took place late",
    "compare-and-set with an unknown outcome",
    "crash",
    "doubted: far_term",
    "doubted: own_term",
    "doubted: sound_disk",
    "doubted: unconfirmed_term",
    "doubted: unknown_node",
    "disk set back",
    "disk wiped",
    "disk wiped during a copy",
    "fault at a handover",
    "fault at a takeover",
    "fault at change of the assignment",
    "fault at copy begun",
    "fault at copy whole",
    "fault at first epoch of a term",
    "fault at serving",
    "link cut",
    "pause",
    "power lost everywhere",
    "rest with a dead node",
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

TEST(ReplicaWorld, KeepsEveryInvariant) {
  seed_run all{"ORDERD_WORLD", 300};
  all.run([](std::uint64_t seed) { return run_world(world_of_seed(seed)); });
  all.expect(faults);
  all.expect(courses);
}

/// Disks are lost until nobody has what was acknowledged: a shard may stop then, but never serve without it.
TEST(ReplicaWorld, StopsAndNeverLiesBeyondItsPromise) {
  seed_run all{"ORDERD_WORLD", 100};
  all.run([](std::uint64_t seed) {
    auto options = world_of_seed(seed);
    options.beyond_promise = true;
    return run_world(options);
  });
  all.expect(faults);
  all.expect({"shard stopped for good"});
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
