#include "tests/bench/process_usage.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <unistd.h>

namespace orderd::bench {
namespace {

TEST(ProcessUsage, SeesMemoryThatWasTouched) {
  constexpr std::size_t touched = 64u << 20;
  const auto before = usage_of(getpid());
  ASSERT_TRUE(before);
  const std::vector<char> memory(touched, 1);
  const auto after = usage_of(getpid());
  ASSERT_TRUE(after);
  EXPECT_GE(after->heap_bytes, before->heap_bytes + touched / 2);
  EXPECT_GE(after->memory_bytes_peak, touched);
  EXPECT_GE(after->memory_bytes, after->heap_bytes);
}

TEST(ProcessUsage, IsNothingForAProcessThatIsNotThere) {
  EXPECT_FALSE(usage_of(-1));
}

} // namespace
} // namespace orderd::bench
