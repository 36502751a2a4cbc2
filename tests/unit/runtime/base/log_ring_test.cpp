#include "runtime/base/log_ring.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::runtime::log {
namespace {

using lines = std::vector<std::string>;

TEST(LogRing, GivesTheNewestLinesThatContainATextOldestFirst) {
  log_ring ring;
  for (const auto* line : {"a 1", "b 2", "a 3", "a 4"})
    ring.append(line);
  const struct {
    const char* text;
    std::size_t limit;
    std::size_t bytes;
    lines found;
  } rows[]{{"", 10, 100, {"a 1", "b 2", "a 3", "a 4"}},
           {"a", 10, 100, {"a 1", "a 3", "a 4"}},
           {"a", 2, 100, {"a 3", "a 4"}},
           {"a", 10, 7, {"a 3", "a 4"}},
           {"a", 10, 2, {}},
           {"c", 10, 100, {}},
           {"1\nb", 10, 100, {}}};
  for (const auto& row : rows)
    EXPECT_EQ(ring.newest(row.text, row.limit, row.bytes).lines, row.found) << row.text << row.limit;
  EXPECT_EQ(ring.newest("", 1, 100).forgotten, 0u);
}

TEST(LogRing, IsEmptyAtTheStart) {
  EXPECT_TRUE(log_ring{}.newest("", 10, 100).lines.empty());
}

/// Blocks of 50 bytes: five lines of nine and their ends.
TEST(LogRing, ForgetsTheOldestLinesAtItsLimit) {
  log_ring ring{100};
  for (int i = 100; i < 115; ++i)
    ring.append("line " + std::to_string(i) + "!");
  const auto found = ring.newest("", 100, 1'000);
  EXPECT_EQ(found.lines.size(), 10u);
  EXPECT_EQ(found.lines.front(), "line 105!");
  EXPECT_EQ(found.lines.back(), "line 114!");
  EXPECT_EQ(found.forgotten, 5u);
}

TEST(LogRing, CutsALineThatIsLongerThanABlock) {
  log_ring ring{100};
  ring.append(std::string(200, 'x'));
  ring.append("y");
  EXPECT_EQ(ring.newest("", 10, 1'000).lines, (lines{std::string(49, 'x'), "y"}));
}

TEST(LogRing, KeepsEmptyLines) {
  log_ring ring;
  ring.append("");
  ring.append("x");
  EXPECT_EQ(ring.newest("", 10, 100).lines, (lines{"", "x"}));
}

} // namespace
} // namespace orderd::runtime::log
