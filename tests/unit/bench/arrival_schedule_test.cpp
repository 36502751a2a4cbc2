#include "tests/bench/arrival_schedule.hpp"

#include <gtest/gtest.h>

namespace orderd::bench {
namespace {

using namespace std::chrono_literals;

TEST(ArrivalSchedule, HasItsFirstArrivalAtTheStart) {
  const arrival_schedule schedule{1'000};
  EXPECT_EQ(schedule.due_by(-1ns), 0u);
  EXPECT_EQ(schedule.due_by(0ns), 1u);
  EXPECT_EQ(schedule.due_by(999'999ns), 1u);
  EXPECT_EQ(schedule.due_by(1ms), 2u);
}

TEST(ArrivalSchedule, KeepsItsRateOverAnHour) {
  const arrival_schedule schedule{36'000};
  EXPECT_EQ(schedule.due_by(1h - 1ns), 36'000u * 3'600u);
}

TEST(ArrivalSchedule, CountsAnArrivalFromTheInstantItIsDue) {
  for (const double rate : {0.3, 7.0, 333.0, 36'000.0, 1e6})
    for (std::uint64_t arrival = 0; arrival < 1'000; ++arrival) {
      const arrival_schedule schedule{rate};
      const auto due_at = schedule.due_at(arrival);
      ASSERT_EQ(schedule.due_by(due_at), arrival + 1) << "rate " << rate;
      ASSERT_EQ(schedule.due_by(due_at - 1ns), arrival) << "rate " << rate;
    }
}

} // namespace
} // namespace orderd::bench
