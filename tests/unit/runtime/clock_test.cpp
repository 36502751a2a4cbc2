#include "runtime/clock.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr seconds booted{100};
constexpr seconds today{1'700'000'000};

TEST(SlewedTime, FollowsAClockThatIsNeverSet) {
  slewed_time time;
  EXPECT_EQ(time.at(booted, today), today);
  EXPECT_EQ(time.at(booted + seconds{5}, today + seconds{5}), today + seconds{5});
}

TEST(SlewedTime, TakesAStepForwardAtOnce) {
  slewed_time time;
  time.at(booted, today);
  EXPECT_EQ(time.at(booted + seconds{1}, today + hours{1}), today + hours{1});
}

TEST(SlewedTime, GoesOnAtHalfSpeedAfterAStepBack) {
  slewed_time time;
  time.at(booted, today + hours{1});
  EXPECT_EQ(time.at(booted + seconds{10}, today + seconds{10}), today + hours{1} + seconds{5});
  EXPECT_EQ(time.at(booted + seconds{30}, today + seconds{30}), today + hours{1} + seconds{15});
}

TEST(SlewedTime, EndsWithTheClockItCatchesUpWith) {
  slewed_time time;
  time.at(booted, today + seconds{60});
  EXPECT_EQ(time.at(booted + seconds{120}, today + seconds{120}), today + seconds{120});
  EXPECT_EQ(time.at(booted + seconds{121}, today + seconds{121}), today + seconds{121});
}

} // namespace
} // namespace orderd::runtime
