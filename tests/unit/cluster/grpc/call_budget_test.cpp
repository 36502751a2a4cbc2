#include "cluster/grpc/call_budget.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace orderd::cluster {
namespace {

TEST(CallBudget, GivesAllOrNothing) {
  call_budget budget{10};
  EXPECT_TRUE(budget.take(7));
  EXPECT_FALSE(budget.take(4));
  EXPECT_TRUE(budget.take(3));
  EXPECT_FALSE(budget.take(1));
  budget.give_back(7);
  EXPECT_TRUE(budget.take(7));
  EXPECT_EQ(budget.used(), 10u);
}

TEST(CallBudget, GivesNothingWhileStreamsAreBeyondIt) {
  call_budget budget{10};
  budget.take_anyway(12);
  EXPECT_FALSE(budget.take(1));
  EXPECT_EQ(budget.share(0), limits::grpc_stream_units_granted);
  budget.give_back(12);
  EXPECT_TRUE(budget.take(10));
}

TEST(CallBudget, LeavesUnitsHoweverManyStreamsFillTheirShares) {
  call_budget budget;
  EXPECT_EQ(budget.share(0), limits::grpc_stream_units_max);
  for (int i = 0; i < 20; ++i)
    budget.take_anyway(budget.share(0));
  EXPECT_GT(budget.share(0), limits::grpc_stream_units_granted);
  EXPECT_TRUE(budget.take(128)); // two pages
}

TEST(CallBudget, CountsForAStreamWhatOthersHold) {
  call_budget budget;
  budget.take_anyway(limits::grpc_stream_units_max);
  EXPECT_EQ(budget.share(limits::grpc_stream_units_max), limits::grpc_stream_units_max);
  EXPECT_EQ(budget.share(0), (limits::grpc_units_max - limits::grpc_stream_units_max) / 8);
}

TEST(HeldUnits, AreGivenBackOnceWhoeverHasThemLast) {
  call_budget budget{10};
  ASSERT_TRUE(budget.take(6));
  {
    held_units first{budget, 6};
    held_units second{std::move(first)};
    EXPECT_EQ(second.count(), 6u);
    held_units third;
    third = std::move(second);
    EXPECT_EQ(budget.used(), 6u);
  }
  EXPECT_EQ(budget.used(), 0u);
}

} // namespace
} // namespace orderd::cluster
