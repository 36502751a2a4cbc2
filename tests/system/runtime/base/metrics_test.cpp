#include "runtime/base/metrics.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace orderd::runtime {
namespace {

TEST(Metrics, GivesOneChildToThreadsThatAskTogether) {
  runtime::metrics metrics{"1"};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1'000; ++n)
        metrics.provider_calls.at("answered").Increment();
    });
  threads.clear();
  EXPECT_EQ(metrics.provider_calls.at("answered").Value(), 4'000);
}

TEST(Metrics, AreReadWhileThreadsCount) {
  runtime::metrics metrics{"1"};
  std::atomic<bool> counted = false;
  std::jthread reader{[&] {
    while (!counted)
      EXPECT_FALSE(metrics.Collect().empty());
  }};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i)
      threads.emplace_back([&metrics, i] {
        for (int n = 0; n < 200; ++n) {
          metrics.live_entities.at("order", std::to_string(n)).Set(i);
          metrics.commit_stage.observe(std::chrono::milliseconds{n});
        }
      });
  }
  counted = true;
  reader.join();
  EXPECT_EQ(metrics.commit_stage.collect().histogram.sample_count, 400u);
}

} // namespace
} // namespace orderd::runtime
