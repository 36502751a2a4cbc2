#include "runtime/base/histogram.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;

TEST(Histogram, LosesNothingWhenThreadsObserveTogether) {
  auto durations = histogram::of_durations();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n)
        durations.observe(milliseconds{1});
    });
  threads.clear();
  EXPECT_EQ(durations.collect().histogram.sample_count, 40'000u);
}

} // namespace
} // namespace orderd::runtime
