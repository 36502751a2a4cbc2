#include "cluster/gateway/request_window.hpp"

#include <gtest/gtest.h>

#include <set>

namespace orderd::cluster {
namespace {

TEST(RequestWindow, GivesBackWhatWasOpenedOnce) {
  request_window window;
  const auto number = window.open({.client_id = 42, .bytes = 10, .type = "unreadable", .arrived_at = {}});
  window.name(number, "place_order");
  EXPECT_EQ(window.size(), 1u);
  EXPECT_EQ(window.bytes(), 10u);
  const auto closed = window.close(number);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->client_id, 42u);
  EXPECT_EQ(closed->type, "place_order");
  EXPECT_EQ(window.size(), 0u);
  EXPECT_EQ(window.bytes(), 0u);
  EXPECT_FALSE(window.close(number));
}

TEST(RequestWindow, NeverGivesANumberTwice) {
  request_window window;
  std::set<std::uint64_t> numbers;
  for (int round = 0; round < 100; ++round) {
    const auto a = window.open({});
    const auto b = window.open({});
    EXPECT_TRUE(numbers.insert(a).second);
    EXPECT_TRUE(numbers.insert(b).second);
    EXPECT_TRUE(window.close(a));
    EXPECT_TRUE(window.close(b));
  }
  for (auto number : numbers)
    EXPECT_FALSE(window.close(number));
}

TEST(RequestWindow, NeverGivesANumberTwiceThoughItsMemoryWasGivenBack) {
  request_window window;
  std::set<std::uint64_t> numbers;
  for (int round = 0; round < 20; ++round) {
    const auto a = window.open({});
    const auto b = window.open({});
    EXPECT_TRUE(numbers.insert(a).second);
    EXPECT_TRUE(numbers.insert(b).second);
    EXPECT_TRUE(window.close(a));
    window.rest(); // b is open: nothing happens
    EXPECT_TRUE(window.close(b));
    window.rest();
    EXPECT_EQ(window.size(), 0u);
  }
}

TEST(RequestWindow, IgnoresNumbersItNeverGave) {
  request_window window;
  EXPECT_FALSE(window.close(0));
  EXPECT_FALSE(window.close(std::uint64_t{1} << 32 | 5));
  const auto number = window.open({});
  EXPECT_FALSE(window.close(number + (std::uint64_t{1} << 32)));
  EXPECT_TRUE(window.close(number));
}

} // namespace
} // namespace orderd::cluster
