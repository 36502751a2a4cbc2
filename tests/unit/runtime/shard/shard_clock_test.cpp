#include "runtime/shard/shard_clock.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace orderd::runtime {
namespace {

constexpr std::int64_t second = 1'000;
constexpr std::int64_t hour = 3'600 * second;
constexpr std::int64_t day = 24 * hour;
constexpr unix_ms today = 1'700'000'000'000;
constexpr std::int64_t booted = 5'000;

TEST(ShardClock, BeginsWithTheWallClockWhenNothingIsStored) {
  shard_clock time;
  time.start(0, {booted, today});
  EXPECT_EQ(time.at({booted, today}), today);
  EXPECT_EQ(time.at({booted + 70, today + 70}), today + 70);
  EXPECT_EQ(time.wall_ahead_ms(), 0);
}

TEST(ShardClock, SaysAgainWhatItSaidLast) {
  shard_clock time;
  time.start(today, {booted, today});
  time.at({booted + 70, today + 70});
  EXPECT_EQ(time.time(), today + 70);
  EXPECT_EQ(time.monotone_ms(), booted + 70);
  time.at({booted + 30, today + 30});
  EXPECT_EQ(time.time(), today + 70) << "fell";
  EXPECT_EQ(time.monotone_ms(), booted + 70) << "fell";
}

/// A start with some stored time, a wall clock that is ahead of it, and what an hour of running makes of it.
struct start_rule {
  const char* what;
  std::int64_t wall_ahead;
  std::int64_t after_an_hour; ///< more than was stored
};

TEST(ShardClock, GoesOnFromTheStoredTimeWhateverTheWallClockSays) {
  const std::vector<start_rule> rules{
      {"as stored", 0, hour},
      {"the clock was ahead 60 s when it was stored", -60 * second, hour},
      {"an hour", -hour, hour},
      {"400 days", -400 * day, hour},
      {"a restart of 10 s is caught up", 10 * second, hour + 10 * second},
      {"a night is caught up by an eighth of what passes", 8 * hour, hour + hour / 8},
      {"seven days are", 7 * day, hour + hour / 8},
      {"more is not believed", 7 * day + 2 * second, hour},
      {"400 days ahead are not", 400 * day, hour},
  };
  for (const auto& rule : rules) {
    shard_clock time;
    time.start(today, {booted, today + rule.wall_ahead});
    for (std::int64_t passed = 0; passed <= hour; passed += second / 50)
      time.at({booted + passed, today + rule.wall_ahead + passed});
    EXPECT_EQ(time.at({booted + hour, today + rule.wall_ahead + hour}) - today, rule.after_an_hour)
        << rule.what;
    EXPECT_EQ(time.wall_ahead_ms(), rule.wall_ahead + hour - rule.after_an_hour) << rule.what;
  }
}

TEST(ShardClock, NeitherJumpsNorFallsWhenTheWallClockIsSetWhileItRuns) {
  shard_clock time;
  time.start(0, {booted, today});
  unix_ms before = today;
  std::int64_t monotone = booted;
  for (const auto wall :
       {today + hour, today - hour, today + 400 * day, today - 400 * day, unix_ms{0}, today}) {
    monotone += 80;
    const auto now = time.at({monotone, wall});
    EXPECT_GE(now - before, 80);
    EXPECT_LE(now - before, 90) << "by more than an eighth faster";
    before = now;
  }
}

TEST(ShardClock, CountsTheTimeInWhichItWasNotAsked) {
  shard_clock time;
  time.start(today, {booted, today});
  EXPECT_EQ(time.at({booted + hour, today + hour}), today + hour); // The process stood still.
}

TEST(ShardClock, StandsStillWhenTheMonotoneClockDoes) {
  shard_clock time;
  time.start(today, {booted, today});
  EXPECT_EQ(time.at({booted - 10, today + day}), today);
}

} // namespace
} // namespace orderd::runtime
