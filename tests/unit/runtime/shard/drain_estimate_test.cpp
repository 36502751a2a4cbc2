#include "runtime/shard/drain_estimate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::runtime {
namespace {

struct row {
  std::string name;
  std::vector<std::uint64_t> each_second; ///< of unsettled orders, the last one now
  std::int64_t oldest_age_ms = 60'000;
  double seconds = 0;
};

class DrainEstimate : public testing::TestWithParam<row> {};

TEST_P(DrainEstimate, IsTheBacklogOverItsNetRate) {
  drain_estimate drain;
  std::int64_t now = 5'000;
  for (const auto count : GetParam().each_second) {
    for (int i = 0; i < 50; ++i) // as often as a shard ticks
      drain.note(now + i * 20, count);
    now += 1'000;
  }
  const auto left = GetParam().each_second.empty() ? 600 : GetParam().each_second.back();
  EXPECT_DOUBLE_EQ(drain.seconds(now - 1'000, left, GetParam().oldest_age_ms), GetParam().seconds);
}

constexpr auto never = drain_estimate::never;

INSTANTIATE_TEST_SUITE_P(
    Table, DrainEstimate,
    testing::Values(row{"NothingIsLeft", {30, 20, 0}, 0, 0}, row{"NothingIsKnownYet", {}, 60'000, never},
                    row{"ASecondIsTooShort", {600}, 60'000, never}, row{"ItShrinks", {660, 600}, 60'000, 10},
                    row{"ItShrinksSinceTenSeconds",
                        {1'200, 1'140, 1'080, 1'020, 960, 900, 840, 780, 720, 660, 600},
                        60'000,
                        10},
                    row{"WhatWasBeforeThatIsForgotten",
                        {9'999, 9'999, 700, 690, 680, 670, 660, 650, 640, 630, 620, 610, 600},
                        60'000,
                        60},
                    row{"ItGrows", {500, 600}, 60'000, never}, row{"ItStays", {600, 600}, 60'000, never},
                    row{"WhatIsYoungIsNoBacklog", {500, 600}, 999, 0}),
    [](const auto& each) { return each.param.name; });

} // namespace
} // namespace orderd::runtime
