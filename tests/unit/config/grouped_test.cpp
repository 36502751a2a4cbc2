#include "config/grouped.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace orderd::config {
namespace {

TEST(Grouped, PutsACommaBeforeEachThreeDigits) {
  const struct {
    std::int64_t number;
    const char* text;
  } table[] = {{0, "0"},       {999, "999"},       {1'000, "1,000"},
               {-999, "-999"}, {-1'000, "-1,000"}, {1'234'567, "1,234,567"}};
  for (const auto& [number, text] : table)
    EXPECT_EQ(grouped(number), text);
  EXPECT_EQ(grouped(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

} // namespace
} // namespace orderd::config
