#include "cluster/node/node_events.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

struct row {
  std::string name;
  std::vector<shard_reading> each_second; ///< of shard 0
  std::string seen;                       ///< what, at which second, in which term
};

class NodeEvents : public testing::TestWithParam<row> {};

TEST_P(NodeEvents, AreSeenInWhatChanges) {
  node_events events;
  std::string seen;
  std::int64_t second = 0;
  for (const auto& each : GetParam().each_second) {
    node_reading now;
    now.at_ms = second++;
    now.shards = {each};
    for (const auto& event : events.see(now)) {
      EXPECT_EQ(event.at_ms(), now.at_ms);
      EXPECT_TRUE(event.of_shard());
      EXPECT_FALSE(event.text().empty());
      seen += (seen.empty() ? "" : ", ") + event.what() + '@' + std::to_string(event.at_ms()) + " term "
              + std::to_string(event.term());
    }
  }
  EXPECT_EQ(seen, GetParam().seen);
}

constexpr shard_reading nothing{};
constexpr shard_reading opening{.led = true, .serving = false, .term = 3};
constexpr shard_reading serving{.led = true, .serving = true, .term = 3};

constexpr shard_reading with_missing(std::uint64_t copies) {
  auto made = serving;
  made.missing_copies = copies;
  return made;
}
constexpr shard_reading with_quarantined(std::uint64_t entities) {
  auto made = serving;
  made.quarantined = entities;
  return made;
}
constexpr shard_reading with_clock(double ahead_s) {
  auto made = serving;
  made.clock_ahead_s = ahead_s;
  return made;
}
constexpr shard_reading of_term(std::uint64_t term) {
  auto made = serving;
  made.term = term;
  return made;
}

INSTANTIATE_TEST_SUITE_P(
    Table, NodeEvents,
    testing::Values(
        row{"NothingHappens", {nothing, nothing}, ""},
        row{"ALeadBeginsOnceItServes", {nothing, opening, serving, serving}, "took_over@2 term 3"},
        row{"ALeadIsLost", {serving, nothing, nothing}, "took_over@0 term 3, lost_the_lead@1 term 3"},
        row{"AnOpeningThatCameToNothing", {opening, nothing}, ""},
        row{"ALeadIsTakenBackWithinASecond",
            {serving, of_term(5)},
            "took_over@0 term 3, lost_the_lead@1 term 3, took_over@1 term 5"},
        row{"TooFewCopiesAnswer",
            {serving, opening, opening, serving},
            "took_over@0 term 3, refuses@1 term 3, accepts@3 term 3"},
        row{"CopiesAreMissingAndComeBack",
            {serving, with_missing(2), with_missing(1), with_missing(0)},
            "took_over@0 term 3, copies_missing@1 term 3, copies_back@2 term 3, copies_back@3 term 3"},
        row{"EntitiesAreQuarantinedAndReleased",
            {serving, with_quarantined(2), with_quarantined(1)},
            "took_over@0 term 3, quarantined@1 term 3, released@2 term 3"},
        row{"WhatWasQuarantinedBeforeATakeoverIsNoNews",
            {nothing, with_quarantined(2)},
            "took_over@1 term 3"},
        row{"AClockIsFarAndNearAgain",
            {serving, with_clock(-301), with_clock(-400), with_clock(299)},
            "took_over@0 term 3, clock_far@1 term 3, clock_near@3 term 3"}),
    [](const auto& each) { return each.param.name; });

TEST(NodeEventsOfATakeover, SayHowLongNobodyServed) {
  node_events events;
  node_reading now;
  now.shards = {nothing, {.led = true, .serving = true, .term = 2, .takeover_s = 0.6504}};
  const auto seen = events.see(now);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].shard(), 1u);
  EXPECT_EQ(seen[0].took_ms(), 650u);
}

} // namespace
} // namespace orderd::cluster
