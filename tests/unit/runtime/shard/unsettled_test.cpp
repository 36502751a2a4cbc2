#include "runtime/shard/unsettled.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

entity_id order(int number) {
  return {4, "order " + std::to_string(number)};
}

TEST(Unsettled, KnowsNoOldestWhenAllAreSettled) {
  unsettled open;
  EXPECT_EQ(open.oldest_since(), std::nullopt);
  open.open(order(1), 10);
  open.settle(order(1));
  EXPECT_EQ(open.oldest_since(), std::nullopt);
  EXPECT_EQ(open.size(), 0u);
}

TEST(Unsettled, TellsTheOldestThatIsOpen) {
  unsettled open;
  for (int i = 1; i <= 3; ++i)
    open.open(order(i), i * 10);
  open.settle(order(2));
  EXPECT_EQ(open.oldest_since(), 10);
  open.settle(order(1));
  EXPECT_EQ(open.oldest_since(), 30);
  EXPECT_EQ(open.size(), 1u);
}

TEST(Unsettled, CountsOneThatOpensAgainFromItsLaterTime) {
  unsettled open;
  open.open(order(1), 10);
  open.open(order(2), 20);
  open.settle(order(1));
  open.open(order(1), 30);
  EXPECT_EQ(open.oldest_since(), 20);
  open.settle(order(2));
  EXPECT_EQ(open.oldest_since(), 30);
}

TEST(Unsettled, SettlesTheUnknownWithoutEffect) {
  unsettled open;
  open.open(order(1), 10);
  open.settle(order(2));
  EXPECT_EQ(open.size(), 1u);
}

TEST(Unsettled, RestoresInAnyOrder) {
  unsettled open;
  open.restore({{30, order(3)}, {10, order(1)}, {20, order(2)}});
  EXPECT_EQ(open.oldest_since(), 10);
  EXPECT_EQ(open.size(), 3u);
}

TEST(Unsettled, CountsOneThatIsOpenedTwiceOnce) {
  unsettled open;
  open.open(order(1), 10);
  open.open(order(2), 20);
  open.open(order(1), 30);
  EXPECT_EQ(open.size(), 2u);
  EXPECT_EQ(open.oldest_since(), 20);
  open.settle(order(1));
  EXPECT_EQ(open.size(), 1u);
}

} // namespace
} // namespace orderd::runtime
