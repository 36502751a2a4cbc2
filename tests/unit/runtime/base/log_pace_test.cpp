#include "runtime/base/log_pace.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

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

TEST(LogPace, SaysSeveralLinesInEachPauseWhenItIsAskedTo) {
  log_pace<cause> pace{10s, 3};
  const std::chrono::steady_clock::time_point start{1h};
  const struct {
    std::chrono::seconds at;
    std::optional<std::uint64_t> said;
  } rows[]{{0s, 0}, {1s, 0}, {9s, 0}, {9s, std::nullopt}, {9s, std::nullopt}, {10s, 2}, {19s, 0}, {21s, 0}};
  for (const auto& row : rows)
    EXPECT_EQ(pace.may_say(cause::one, start + row.at), row.said) << row.at.count();
}

TEST(LogPace, TellsWhatWasKeptBackOnceThePauseIsOverAndForgetsIt) {
  log_pace<cause> pace{10s};
  const std::chrono::steady_clock::time_point start{1h};
  std::vector<std::pair<cause, std::uint64_t>> told;
  const auto tell = [&told](cause what, std::uint64_t lines) { told.emplace_back(what, lines); };
  pace.may_say(cause::one, start);
  pace.may_say(cause::one, start);
  pace.may_say(cause::another, start);
  pace.end_pauses(start + 9s, tell);
  EXPECT_TRUE(told.empty());
  pace.end_pauses(start + 10s, tell);
  EXPECT_EQ(told, (std::vector{std::pair{cause::one, std::uint64_t{1}}}));
  EXPECT_EQ(pace.may_say(cause::one, start + 10s), 0u) << "told is told";
  pace.end_pauses(start + 30s, tell);
  EXPECT_EQ(told.size(), 1u);
}

} // namespace
} // namespace orderd::runtime
