#include "runtime/base/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace orderd::runtime {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

TEST(SystemNodeClock, SaysTheWallClockAndOneThatNeverFalls) {
  const system_node_clock clock;
  const auto before = duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto first = clock.now();
  const auto second = clock.now();
  EXPECT_NEAR(static_cast<double>(first.wall_ms), static_cast<double>(before.count()), 10'000);
  EXPECT_GT(first.monotone_ms, 0);
  EXPECT_LE(first.monotone_ms, second.monotone_ms);
}

} // namespace
} // namespace orderd::runtime
