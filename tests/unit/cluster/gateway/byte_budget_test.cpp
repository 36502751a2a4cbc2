#include "cluster/gateway/byte_budget.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using numbers = std::vector<frame_budget::number>;

TEST(ByteBudget, GivesNoMoreThanThereIs) {
  byte_budget budget{100};
  EXPECT_TRUE(budget.take(60));
  EXPECT_FALSE(budget.take(41));
  EXPECT_TRUE(budget.take(40));
  budget.give_back(60);
  EXPECT_TRUE(budget.take(1));
  EXPECT_EQ(budget.used(), 41u);
}

TEST(ByteBudget, LetsEachHoldAnEighthOfWhatIsLeft) {
  byte_budget budget{1000};
  EXPECT_EQ(budget.share(10, 200), 125u);
  EXPECT_EQ(budget.share(10, 100), 100u);
  budget.change(0, 800);
  EXPECT_EQ(budget.share(10, 200), 25u);
  budget.change(800, 1200); // what comes at once may go beyond
  EXPECT_EQ(budget.share(10, 200), 10u);
  budget.change(1200, 0);
  EXPECT_EQ(budget.share(10, 200), 125u);
}

class FrameBudgetTest : public ::testing::Test {
protected:
  frame_budget frames{100, 500ms};
  frame_budget::time_point now{1h};
};

TEST_F(FrameBudgetTest, HoldsFramesByTheirWholeLengthUntilTheyEnd) {
  EXPECT_TRUE(frames.hold(1, 60, now, now).granted);
  EXPECT_TRUE(frames.hold(1, 60, now, now + 1ms).granted); // more of the same came
  EXPECT_EQ(frames.used(), 60u);
  EXPECT_TRUE(frames.hold(1, 0, now, now).granted);
  EXPECT_EQ(frames.used(), 0u);
  EXPECT_TRUE(frames.hold(2, 100, now, now).granted);
  frames.release(2);
  frames.release(2);
  EXPECT_EQ(frames.used(), 0u);
}

TEST_F(FrameBudgetTest, RefusesANewOneWhileAllAreYoung) {
  EXPECT_TRUE(frames.hold(1, 60, now, now).granted);
  const auto given = frames.hold(2, 60, now, now + 499ms);
  EXPECT_FALSE(given.granted);
  EXPECT_EQ(given.goes, numbers{});
  EXPECT_EQ(frames.used(), 60u);
}

TEST_F(FrameBudgetTest, LetsTheOldestGoUntilThereIsRoom) {
  EXPECT_TRUE(frames.hold(1, 30, now + 1ms, now).granted);
  EXPECT_TRUE(frames.hold(2, 30, now, now).granted);
  EXPECT_TRUE(frames.hold(3, 40, now + 400ms, now).granted);
  const auto given = frames.hold(4, 60, now + 600ms, now + 600ms);
  EXPECT_TRUE(given.granted);
  EXPECT_EQ(given.goes, (numbers{2, 1}));
  EXPECT_EQ(frames.used(), 100u);
}

TEST_F(FrameBudgetTest, IsNeverHeldForEver) {
  for (frame_budget::number who = 0; who < 1000; ++who) {
    now += 600ms;
    EXPECT_TRUE(frames.hold(who, 100, now, now).granted) << who;
  }
  EXPECT_EQ(frames.used(), 100u);
}

} // namespace
} // namespace orderd::cluster
