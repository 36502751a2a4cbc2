#include "actors/rules/money.hpp"

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

TEST(Money, WritesSumsWiderThan64Bits) {
  EXPECT_EQ(to_text(0), "0");
  EXPECT_EQ(to_text(-7), "-7");
  EXPECT_EQ(to_text(most), "9223372036854775807");
  EXPECT_EQ(to_text(wide_sum{most} + 1), "9223372036854775808");
  EXPECT_EQ(to_text(-wide_sum{most} - 2), "-9223372036854775809");
  EXPECT_EQ(to_text(wide_sum{most} * 1'000'000), "9223372036854775807000000");
  EXPECT_EQ(to_text(static_cast<wide_sum>(1) << 127), "-170141183460469231731687303715884105728");
}

} // namespace orderd::actors
