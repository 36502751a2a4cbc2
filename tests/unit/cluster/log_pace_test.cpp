#include "cluster/log_pace.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
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

} // namespace
} // namespace orderd::cluster
