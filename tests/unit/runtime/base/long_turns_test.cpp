#include "runtime/base/long_turns.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

using namespace std::chrono_literals;

TEST(LongTurns, NamesTheFiveLongestWhateverTheirOrder) {
  long_turns turns;
  for (const auto took : {7ms, 30ms, 6ms, 12ms, 9ms, 50ms, 8ms})
    turns.add({"work", took, 0});
  std::string found;
  for (const auto& each : turns.longest())
    found += std::to_string(each.took / 1ms) + ' ';
  EXPECT_EQ(found, "50 30 12 9 8 ");
}

TEST(LongTurns, KeepsTheOlderOfTwoThatTookAsLong) {
  long_turns turns;
  for (std::int64_t at = 1; at <= 7; ++at)
    turns.add({"work", 6ms, at});
  ASSERT_EQ(turns.longest().size(), long_turns::named);
  EXPECT_EQ(turns.longest().back().at_ms, 5);
}

} // namespace
} // namespace orderd::runtime
