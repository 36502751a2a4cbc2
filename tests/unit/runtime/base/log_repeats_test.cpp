#include "runtime/base/log_repeats.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime::log {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

line_kind kind_of(const char* event) {
  return {level::warning, "shard", event};
}

TEST(LogRepeats, TellKindsOfLinesApartByTheirNamesAndWhomTheyName) {
  const auto plain = kind_of_line(level::warning, "a", "b", {{"order", "1"}});
  EXPECT_EQ(plain, kind_of_line(level::warning, "a", "b", {{"order", "2"}}));
  EXPECT_NE(plain, kind_of_line(level::error, "a", "b", {}));
  EXPECT_NE(plain, kind_of_line(level::warning, "c", "b", {}));
  EXPECT_NE(plain, kind_of_line(level::warning, "a", "c", {}));
  const auto of_shard = kind_of_line(level::warning, "a", "b", {{"shard", 3}});
  EXPECT_NE(of_shard, plain);
  EXPECT_NE(of_shard, kind_of_line(level::warning, "a", "b", {{"shard", 4}}));
  EXPECT_NE(of_shard, kind_of_line(level::warning, "a", "b", {{"node", 3}}));
}

TEST(LogRepeats, WriteSoManyAMinuteOfEachKind) {
  log_repeats repeats;
  for (std::uint64_t i = 0; i < log_repeats::lines_a_window; ++i)
    EXPECT_TRUE(repeats.may_write(kind_of("x"), start + 1s * i)) << i;
  EXPECT_FALSE(repeats.may_write(kind_of("x"), start + 59s));
  EXPECT_TRUE(repeats.may_write(kind_of("y"), start + 59s)) << "a first line is never left out";
  EXPECT_TRUE(repeats.may_write(kind_of("x"), start + 60s));
}

TEST(LogRepeats, SayHowManyWereLeftOutWhenTheMinuteIsOverWhetherMoreComeOrNot) {
  log_repeats repeats;
  for (int i = 0; i < 137; ++i)
    repeats.may_write(kind_of("x"), start);
  repeats.may_write(kind_of("y"), start);
  EXPECT_TRUE(repeats.over(start + 59s).empty());
  EXPECT_EQ(repeats.over(start + 60s), (std::vector{left_out{kind_of("x"), 117}}));
  EXPECT_TRUE(repeats.over(start + 120s).empty()) << "said once";
  EXPECT_TRUE(repeats.may_write(kind_of("x"), start + 120s));
}

} // namespace
} // namespace orderd::runtime::log
