#include "tests/bench/latency_samples.hpp"

#include <gtest/gtest.h>

namespace orderd::bench {
namespace {

using namespace std::chrono_literals;

TEST(LatencySamples, GivesExactPercentiles) {
  latency_samples samples;
  for (int n = 1'000; n >= 1; --n)
    samples.add(n * 1us);
  EXPECT_EQ(samples.percentile_us(0.5), 500u);
  EXPECT_EQ(samples.percentile_us(0.99), 990u);
  EXPECT_EQ(samples.percentile_us(0.999), 999u);
  EXPECT_EQ(samples.percentile_us(1), 1'000u);
  EXPECT_EQ(samples.max_us(), 1'000u);
  EXPECT_DOUBLE_EQ(samples.mean_us(), 500.5);
}

TEST(LatencySamples, CountsSamplesThatComeAfterAPercentileWasAsked) {
  latency_samples samples;
  samples.add(5us);
  EXPECT_EQ(samples.percentile_us(1), 5u);
  samples.add(2us);
  EXPECT_EQ(samples.percentile_us(0.5), 2u);
  EXPECT_EQ(samples.count(), 2u);
}

TEST(LatencySamples, IsZeroWithoutSamples) {
  latency_samples samples;
  EXPECT_EQ(samples.percentile_us(0.99), 0u);
  EXPECT_EQ(samples.max_us(), 0u);
  EXPECT_EQ(samples.mean_us(), 0);
}

TEST(LatencySamples, KeepsALatencyTooLongForItAsTheLongest) {
  latency_samples samples;
  samples.add(2h);
  EXPECT_EQ(samples.max_us(), 4'294'967'295u);
}

} // namespace
} // namespace orderd::bench
