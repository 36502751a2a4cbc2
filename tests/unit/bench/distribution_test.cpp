#include "tests/bench/distribution.hpp"

#include "tests/bench/retail_mix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>

namespace orderd::bench {
namespace {

constexpr int draws = 200'000;

double mean_of(std::span<const knot> curve) {
  double sum = 0;
  for (int n = 0; n < draws; ++n)
    sum += value_at(curve, (n + 0.5) / draws);
  return sum / draws;
}

TEST(Distribution, IsLinearBetweenTwoKnots) {
  constexpr std::array<knot, 3> curve{{{0, 1}, {0.5, 11}, {1, 21}}};
  EXPECT_EQ(value_at(curve, 0), 1u);
  EXPECT_EQ(value_at(curve, 0.25), 6u);
  EXPECT_EQ(value_at(curve, 0.5), 11u);
  EXPECT_EQ(value_at(curve, 0.75), 16u);
  EXPECT_EQ(value_at(curve, 1), 21u);
}

TEST(Distribution, ClampsASharePastItsEnds) {
  constexpr std::array<knot, 2> curve{{{0.25, 3}, {1, 9}}};
  EXPECT_EQ(value_at(curve, -1), 3u);
  EXPECT_EQ(value_at(curve, 0.1), 3u);
  EXPECT_EQ(value_at(curve, 2), 9u);
}

TEST(RetailMix, HasTheLineCountsOfTheData) {
  EXPECT_EQ(value_at(retail::lines_per_order, 0.5), 8u);
  EXPECT_EQ(value_at(retail::lines_per_order, 1), 675u);
  EXPECT_NEAR(mean_of(retail::lines_per_order), 525'461.0 / 28'816.0, 0.4);
}

TEST(RetailMix, DrawsEverySkuAndNoOther) {
  std::array<int, retail::skus + 1> drawn{};
  for (int n = 0; n < draws * 10; ++n)
    ++drawn.at(value_at(retail::popularity, (n + 0.5) / (draws * 10.0)));
  EXPECT_EQ(drawn[0], 0);
  EXPECT_EQ(std::count(drawn.begin() + 1, drawn.end(), 0), 0);
}

TEST(RetailMix, GivesTheMostBoughtSkuItsShareOfTheRows) {
  int first = 0;
  for (int n = 0; n < draws; ++n)
    first += value_at(retail::popularity, (n + 0.5) / draws) == 1 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(first) / draws, 0.0067, 0.0001);
}

} // namespace
} // namespace orderd::bench
