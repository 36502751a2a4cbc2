#include "runtime/base/log_pace.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace orderd::runtime {
namespace {

using namespace std::chrono_literals;

enum class cause { one, another };

TEST(LogPace, SaysOneLineASecondOfEachCauseAndCountsTheOthers) {
  log_pace<cause> pace;
  const std::chrono::steady_clock::time_point start{1h};
  EXPECT_EQ(pace.may_say(cause::one, start), 0u);
  EXPECT_EQ(pace.may_say(cause::another, start), 0u);
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(pace.may_say(cause::one, start + 999ms), std::nullopt);
  EXPECT_EQ(pace.may_say(cause::one, start + 1s), 300u);
  EXPECT_EQ(pace.may_say(cause::one, start + 2s), 0u);
}

TEST(LogPace, HidesNobodyBehindWhoIsNoisy) {
  log_pace<std::pair<int, cause>> pace{10s};
  const std::chrono::steady_clock::time_point start{1h};
  EXPECT_EQ(pace.may_say({1, cause::one}, start), 0u);
  EXPECT_EQ(pace.may_say({1, cause::one}, start + 9s), std::nullopt);
  EXPECT_EQ(pace.may_say({2, cause::one}, start + 9s), 0u);
  EXPECT_EQ(pace.may_say({1, cause::one}, start + 10s), 1u);
}

} // namespace
} // namespace orderd::runtime
