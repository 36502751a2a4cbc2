#include "runtime/engine/scrub_pace.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace orderd::runtime {
namespace {

constexpr std::int64_t hour = scrub_pace::hour_ms;

TEST(ScrubPace, ReadsSmallPartsAndNeverFasterThanAsked) {
  struct row {
    std::uint32_t mb_s;
    std::size_t slice;
    std::uint64_t bytes;
    std::int64_t took;
    std::int64_t pause;
  };
  const std::vector<row> table{
      {16, 1'000'000, 1'000'000, 0, 62},    // a sixteenth of a second
      {16, 1'000'000, 1'000'000, 10, 52},   // what reading took counts
      {16, 1'000'000, 1'000'000, 40, 40},   // a slow disk rests half of the time
      {16, 1'000'000, 1'000'000, 500, 500}, // and more than half, where it cannot keep up
      {16, 1'000'000, 1'000'000, 60'000, 10'000},
      {16, 1'000'000, 0, 0, 1},
      {1, 65'536, 65'536, 0, 65},           // a snapshot is not held for the sake of few pages
      {10'000, 1'048'576, 1'048'576, 0, 1}, // nor for long
  };
  for (const auto& each : table) {
    const scrub_pace pace{{24, each.mb_s}, 0};
    EXPECT_EQ(pace.slice_bytes(), each.slice) << each.mb_s;
    EXPECT_EQ(pace.pause_ms(each.bytes, each.took), each.pause) << each.mb_s << ' ' << each.took;
  }
}

TEST(ScrubPace, BeginsARoundSoLongAfterTheLastOneEnded) {
  scrub_pace pace{{24, 16}, 1'000};
  EXPECT_TRUE(pace.by_itself());
  EXPECT_FALSE(pace.due(1'000)) << "a start has read everything";
  EXPECT_EQ(pace.next_in_ms(1'000), 24 * hour);
  EXPECT_FALSE(pace.due(1'000 + 24 * hour - 1));
  EXPECT_TRUE(pace.due(1'000 + 24 * hour));
  EXPECT_EQ(pace.next_in_ms(1'000 + 99 * hour), 0);
  pace.ended(30 * hour);
  EXPECT_FALSE(pace.due(53 * hour));
  EXPECT_TRUE(pace.due(54 * hour));
}

TEST(ScrubPace, WithNoHoursBeginsOnlyWhenAsked) {
  const scrub_pace pace{{0, 16}, 0};
  EXPECT_FALSE(pace.by_itself());
  EXPECT_EQ(pace.next_in_ms(99 * hour), -1);
  EXPECT_FALSE(pace.due(99 * hour));
}

} // namespace
} // namespace orderd::runtime
