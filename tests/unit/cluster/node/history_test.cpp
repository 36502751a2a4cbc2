#include "cluster/node/history.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace orderd::cluster {
namespace {

const std::vector<std::uint64_t> bounds{1'000'000, 2'000'000};

node_reading reading(std::int64_t at_ms) {
  node_reading made;
  made.at_ms = at_ms;
  made.requests = {0, 0, 0};
  made.shards.resize(2);
  return made;
}

v1::node_history all_of(const history& from, std::uint32_t seconds = 0, std::size_t bytes_max = 1u << 19) {
  v1::node_history out;
  from.fill(out, seconds, bytes_max);
  return out;
}

/// The one sample that two readings make.
v1::history_sample sample_of(const node_reading& before, const node_reading& now) {
  history kept{bounds};
  kept.add(before);
  kept.add(now);
  const auto all = all_of(kept);
  EXPECT_EQ(all.samples_size(), 1);
  return all.samples(0);
}

TEST(History, HasNoSampleOfTheFirstReading) {
  history kept{bounds};
  kept.add(reading(1'000));
  EXPECT_EQ(all_of(kept).samples_size(), 0);
}

TEST(History, KeepsWhatEachSecondBrought) {
  auto before = reading(1'000);
  before.confirmed = 10;
  before.requests = {5, 0, 0};
  before.refusals = {{"overloaded", 7}};
  auto now = reading(2'000);
  now.confirmed = 13;
  now.rejected = 2;
  now.cancelled = 1;
  now.requests = {5, 4, 0};
  now.refusals = {{"overloaded", 9}, {"storage_full", 5}};
  const auto made = sample_of(before, now);
  EXPECT_EQ(made.at_ms(), 2'000);
  EXPECT_EQ(made.confirmed(), 3u);
  EXPECT_EQ(made.rejected(), 2u);
  EXPECT_EQ(made.cancelled(), 1u);
  EXPECT_EQ(made.requests(), 4u);
  EXPECT_EQ(made.p50_us(), 1'500u);
  EXPECT_EQ(made.p99_us(), 1'990u);
  ASSERT_EQ(made.refusals_size(), 2);
  EXPECT_EQ(made.refusals(0).name(), "storage_full");
  EXPECT_EQ(made.refusals(0).count(), 5u);
  EXPECT_EQ(made.refusals(1).count(), 2u);
}

TEST(History, LeavesOutRefusalsThatDidNotHappenInTheSecond) {
  auto before = reading(1'000);
  before.refusals = {{"overloaded", 7}};
  auto now = reading(2'000);
  now.refusals = {{"overloaded", 7}};
  const auto made = sample_of(before, now);
  EXPECT_EQ(made.refusals_size(), 0);
  EXPECT_EQ(made.p50_us(), 0u);
}

TEST(History, CountsFromZeroAfterACounterFell) {
  auto before = reading(1'000);
  before.confirmed = 10;
  auto now = reading(2'000);
  now.confirmed = 4;
  EXPECT_EQ(sample_of(before, now).confirmed(), 4u);
}

TEST(History, SumsOrTakesTheWorstOverTheShards) {
  auto now = reading(2'000);
  now.disk_used = 0.25;
  now.shards[0] = {.led = true,
                   .missing_copies = 1,
                   .quarantined = 2,
                   .lag_epochs = 5,
                   .unsettled = 10,
                   .oldest_s = 3.9,
                   .drain_s = 2.1};
  now.shards[1] = {.led = true,
                   .missing_copies = 0,
                   .quarantined = 1,
                   .lag_epochs = 9,
                   .unsettled = 20,
                   .oldest_s = 1,
                   .drain_s = 0};
  now.in_doubt = {{"EUR", 1, 100, 9'000}, {"GBP", 3, 300, 70'000}};
  const auto made = sample_of(reading(1'000), now);
  EXPECT_EQ(made.shards_led(), 2u);
  EXPECT_EQ(made.missing_copies(), 1u);
  EXPECT_EQ(made.quarantined(), 3u);
  EXPECT_EQ(made.lag_epochs(), 9u);
  EXPECT_EQ(made.unsettled(), 30u);
  EXPECT_EQ(made.oldest_unsettled_s(), 3u);
  EXPECT_EQ(made.drain_s(), 3u);
  EXPECT_EQ(made.disk_used(), 0.25f);
  ASSERT_EQ(made.in_doubt_size(), 2);
  EXPECT_EQ(made.in_doubt(0).currency(), "GBP");
  EXPECT_EQ(made.in_doubt(0).oldest_s(), 70u);
}

TEST(History, SaysNeverWhenOneShardDoesNotDrain) {
  auto now = reading(2'000);
  now.shards[0].drain_s = 5;
  now.shards[1].drain_s = std::numeric_limits<double>::infinity();
  EXPECT_EQ(sample_of(reading(1'000), now).drain_s(), history::never);
}

TEST(History, KeepsAnHourAndTwoHundredEvents) {
  history kept{bounds};
  for (int i = 0; i <= 4'000; ++i) {
    kept.add(reading(i * 1'000));
    v1::node_event event;
    event.set_at_ms(i);
    kept.happened(event);
  }
  const auto all = all_of(kept);
  EXPECT_EQ(all.samples_size(), 3'600);
  EXPECT_EQ(all.samples(0).at_ms(), 401'000);
  EXPECT_EQ(all.samples(3'599).at_ms(), 4'000'000);
  EXPECT_EQ(all.events_size(), 200);
  EXPECT_EQ(all.events(199).at_ms(), 4'000);
}

TEST(History, GivesTheNewestSecondsThatAreAskedFor) {
  history kept{bounds};
  for (int i = 0; i < 10; ++i)
    kept.add(reading(i));
  EXPECT_EQ(all_of(kept, 3).samples_size(), 3);
  EXPECT_EQ(all_of(kept, 3).samples(0).at_ms(), 7);
  EXPECT_EQ(all_of(kept, 50).samples_size(), 9);
}

TEST(History, LeavesOutTheOldestOfAnAnswerThatIsTooLarge) {
  history kept{bounds};
  for (int i = 0; i < 1'000; ++i) {
    auto now = reading(1'700'000'000'000 + i * 1'000);
    now.confirmed = static_cast<std::uint64_t>(i) * 1'000;
    kept.add(now);
  }
  const auto whole = all_of(kept).ByteSizeLong();
  const auto half = all_of(kept, 0, whole / 2);
  EXPECT_LE(half.ByteSizeLong(), whole / 2);
  EXPECT_GT(half.samples_size(), 300);
  EXPECT_LT(half.samples_size(), 501);
  EXPECT_EQ(half.samples(half.samples_size() - 1).at_ms(), 1'700'000'999'000);
}

TEST(History, SeesEventsInItsReadings) {
  history kept{bounds};
  kept.add(reading(1'000));
  auto now = reading(2'000);
  now.shards[1] = {.led = true, .serving = true, .term = 4, .takeover_s = 0.75};
  kept.add(now);
  const auto all = all_of(kept);
  ASSERT_EQ(all.events_size(), 1);
  EXPECT_EQ(all.events(0).what(), "took_over");
  EXPECT_EQ(all.events(0).took_ms(), 750u);
}

} // namespace
} // namespace orderd::cluster
