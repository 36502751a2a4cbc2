#include "actors/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace orderd::actors {

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();

} // namespace

TEST(Money, AddsUpToTheLastMinorUnit) {
  EXPECT_EQ(checked_add(most - 1, 1), most);
  EXPECT_EQ(checked_add(-5, 3), -2);
}

TEST(Money, SaysWhenASumDoesNotFit) {
  EXPECT_EQ(checked_add(most, 1), std::nullopt);
  EXPECT_EQ(checked_add(-most, -2), std::nullopt);
}

TEST(Money, SaysWhenAProductDoesNotFit) {
  EXPECT_EQ(checked_multiply(3, 4), 12);
  EXPECT_EQ(checked_multiply(most, 2), std::nullopt);
  EXPECT_EQ(checked_multiply(1'000'000'000, 1'000'000'000'000), std::nullopt);
}

TEST(Money, AddsALineOnlyWhenEachStepFits) {
  EXPECT_EQ(checked_add_line(10, 2, 5), 20);
  EXPECT_EQ(checked_add_line(most, 1, 1), std::nullopt);
  EXPECT_EQ(checked_add_line(0, most, 2), std::nullopt);
}

} // namespace orderd::actors
