#include "runtime/base/backoff.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace orderd::runtime {
namespace {

using namespace std::chrono_literals;
using pauses = std::vector<std::chrono::milliseconds>;

TEST(Backoff, GrowsByItsFactorUpToTheLongest) {
  const struct {
    const char* what;
    backoff how;
    pauses after; ///< 0, 1, 2 ... failures
  } rows[] = {
      {"doubles", {20ms, 200ms}, {20ms, 20ms, 40ms, 80ms, 160ms, 200ms, 200ms}},
      {"reaches the longest exactly", {10ms, 40ms}, {10ms, 10ms, 20ms, 40ms, 40ms}},
      {"ten times as long", {10ms, 10'000ms, 10}, {10ms, 10ms, 100ms, 1'000ms, 10'000ms, 10'000ms}},
      {"the first is the longest", {5ms, 5ms}, {5ms, 5ms, 5ms}},
      {"never above the longest", {9ms, 5ms}, {5ms, 5ms}},
  };
  for (const auto& row : rows) {
    pauses found;
    for (std::uint32_t failures = 0; failures < row.after.size(); ++failures)
      found.push_back(row.how.after(failures));
    EXPECT_EQ(found, row.after) << row.what;
  }
}

TEST(Backoff, GivesTheNextPauseOfEach) {
  constexpr backoff how{20ms, 1'000ms};
  auto pause = how.first;
  for (std::uint32_t failures = 1; failures < 20; ++failures, pause = how.next(pause))
    EXPECT_EQ(pause, how.after(failures));
}

TEST(Backoff, EndsAtTheLongestHoweverOftenItFailed) {
  EXPECT_EQ((backoff{1ms, 30'000ms}.after(std::numeric_limits<std::uint32_t>::max())), 30'000ms);
}

} // namespace
} // namespace orderd::runtime
