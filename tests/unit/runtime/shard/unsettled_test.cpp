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

/// "reserving 2 since 10, authorizing 0"
std::string stages_of(const unsettled& open) {
  std::string all;
  for (const auto& each : open.stages())
    all += (all.empty() ? "" : ", ") + std::string{each.name} + ' ' + std::to_string(each.count)
           + (each.oldest_since ? " since " + std::to_string(*each.oldest_since) : "");
  return all;
}

/// "EUR 2 of 30 since 10"
std::string doubts_of(const unsettled& open) {
  std::string all;
  for (const auto& each : open.in_doubt())
    all += (all.empty() ? "" : ", ") + each.unit + ' ' + std::to_string(each.count) + " of "
           + std::to_string(each.amount) + " since " + std::to_string(each.oldest_since);
  return all;
}

TEST(Unsettled, CountsByStageWithTheAgeOfTheOldest) {
  unsettled open;
  for (int i = 1; i <= 3; ++i)
    open.open(order(i), i * 10, {"reserving"});
  EXPECT_EQ(stages_of(open), "reserving 3 since 10");
  open.change(order(3), {"authorizing"});
  EXPECT_EQ(stages_of(open), "reserving 2 since 10, authorizing 1 since 30");
  open.change(order(1), {"authorizing"}); // older than the one that is there
  EXPECT_EQ(stages_of(open), "reserving 1 since 20, authorizing 2 since 10");
  open.settle(order(1));
  open.settle(order(2));
  EXPECT_EQ(stages_of(open), "reserving 0, authorizing 1 since 30");
  EXPECT_EQ(open.oldest_since(), 30);
}

TEST(Unsettled, HasTheStagesOfTheBusinessFromTheStart) {
  unsettled open{0, {"reserving", "authorizing"}};
  EXPECT_EQ(stages_of(open), "reserving 0, authorizing 0");
  open.open(order(1), 10, {"authorizing"});
  EXPECT_EQ(stages_of(open), "reserving 0, authorizing 1 since 10");
}

TEST(Unsettled, KeepsWhatIsInDoubtByUnit) {
  unsettled open;
  open.open(order(1), 10, {"authorizing"});
  open.open(order(2), 20, {"authorizing", {"EUR", 5}});
  open.open(order(3), 30, {"authorizing", {"GBP", 7}});
  EXPECT_EQ(doubts_of(open), "EUR 1 of 5 since 20, GBP 1 of 7 since 30");
  open.change(order(1), {"authorizing", {"EUR", 25}});
  open.change(order(3), {"cancelling"});
  EXPECT_EQ(doubts_of(open), "EUR 2 of 30 since 10");
  open.change(order(1), {"cancelling", {"EUR", 25}}); // said again: once
  EXPECT_EQ(doubts_of(open), "EUR 2 of 30 since 10");
  open.settle(order(1));
  EXPECT_EQ(doubts_of(open), "EUR 1 of 5 since 20");
  open.settle(order(2));
  EXPECT_EQ(doubts_of(open), "");
}

TEST(Unsettled, ChangesNothingForOneThatIsSettled) {
  unsettled open;
  open.change(order(1), {"authorizing", {"EUR", 5}});
  EXPECT_EQ(stages_of(open), "");
  EXPECT_EQ(doubts_of(open), "");
}

TEST(Unsettled, KnowsWhomNobodyHasLookedAtSinceTheStart) {
  unsettled open;
  open.restore({{30, order(3)}, {10, order(1)}, {20, order(2)}});
  EXPECT_EQ(stages_of(open), "recovered 3 since 10");
  EXPECT_EQ(open.not_looked_at(2), (std::vector{order(1), order(2)}));
  open.change(order(1), {"reserving"});
  open.settle(order(2));
  EXPECT_EQ(open.not_looked_at(2), std::vector{order(3)});
  open.change(order(3), {"reserving"});
  EXPECT_TRUE(open.not_looked_at(2).empty());
  EXPECT_EQ(stages_of(open), "recovered 0, reserving 2 since 10");
}

} // namespace
} // namespace orderd::runtime
