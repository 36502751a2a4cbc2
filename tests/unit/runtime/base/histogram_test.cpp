#include "runtime/base/histogram.hpp"

#include "runtime/base/result.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;

std::uint64_t at_most(const histogram& from, double bound) {
  for (const auto& bucket : from.collect().histogram.bucket)
    if (bucket.upper_bound >= bound)
      return bucket.cumulative_count;
  return 0;
}

TEST(Histogram, CountsAValueInTheFirstBucketWhoseBoundItDoesNotPass) {
  histogram sizes{{10, 20}, 1};
  for (const auto value : {9u, 10u, 11u, 20u, 21u})
    sizes.observe(std::uint64_t{value});
  const auto seen = sizes.collect().histogram;
  ASSERT_EQ(seen.bucket.size(), 3u);
  EXPECT_EQ(seen.bucket[0].cumulative_count, 2u);
  EXPECT_EQ(seen.bucket[1].cumulative_count, 4u);
  EXPECT_EQ(seen.bucket[2].cumulative_count, 5u);
  EXPECT_EQ(seen.sample_count, 5u);
  EXPECT_DOUBLE_EQ(seen.sample_sum, 71);
}

TEST(Histogram, ShowsDurationsInSeconds) {
  auto durations = histogram::of_durations();
  durations.observe(milliseconds{5}, 3);
  durations.observe(milliseconds{-1});
  EXPECT_EQ(at_most(durations, 0.0001), 1u);
  EXPECT_EQ(at_most(durations, 0.005), 4u);
  EXPECT_DOUBLE_EQ(durations.collect().histogram.sample_sum, 0.015);
}

TEST(Histogram, OfSizesGrowsByFourUpToItsMaximum) {
  const auto seen = histogram::of_sizes(64).collect().histogram;
  ASSERT_EQ(seen.bucket.size(), 5u);
  EXPECT_EQ(seen.bucket[3].upper_bound, 64);
}

TEST(Histogram, RefusesBoundsThatDoNotAscend) {
  EXPECT_THROW((histogram{{10, 10}, 1}), bug);
}

TEST(Histogram, TellsTheCountOfEachBound) {
  histogram sizes{{10, 20}, 1};
  for (const std::uint64_t value : {10, 11, 20, 21, 99})
    sizes.observe(value);
  EXPECT_EQ(sizes.counts(), (std::vector<std::uint64_t>{1, 2, 2}));
}

TEST(Histogram, TellsBelowWhichValueAShareLies) {
  const std::vector<std::uint64_t> bounds{10, 20, 40};
  const struct {
    std::vector<std::uint64_t> counts;
    double share;
    double value;
  } rows[] = {
      {{0, 0, 0, 0}, 0.5, 0},     {{10, 0, 0, 0}, 0.5, 5}, {{10, 10, 0, 0}, 0.5, 10},
      {{10, 10, 0, 0}, 0.75, 15}, {{0, 0, 4, 0}, 0.5, 30}, {{1, 0, 0, 9}, 0.99, 40},
      {{0, 0, 0, 1}, 0.5, 40},    {{0, 5, 0, 5}, 0.5, 20},
  };
  for (const auto& row : rows)
    EXPECT_DOUBLE_EQ(quantile(bounds, row.counts, row.share), row.value) << row.counts[0] << ' ' << row.share;
}

} // namespace
} // namespace orderd::runtime
