#include "runtime/shard/lasting_effects.hpp"

#include "runtime/shard/stored_rows.hpp"
#include "tests/support/wallets.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace orderd::runtime {
namespace {

constexpr unix_ms now = 1'000;

class LastingEffects : public testing::Test {
protected:
  void start_timer(std::uint8_t name, unix_ms due_at) {
    timer_change change{name, due_at, test::parse_wallet_command("add 1")};
    lasting_.change_timer(a_, change);
  }
  void stop_timer(std::uint8_t name) {
    timer_change change{name, std::nullopt, nullptr};
    lasting_.change_timer(a_, change);
  }
  void put_index(const std::string& key, const std::string& value, bool fresh = true) {
    effects::index_change change{key, value, fresh};
    lasting_.change_index(change);
  }
  void erase_index(const std::string& key) {
    effects::index_change change{key, std::nullopt};
    lasting_.change_index(change);
  }

  /// Closes and commits the open epoch; gives how many rows it writes and erases: "2 written, 1 erased".
  std::string rows() {
    const auto closed = epochs_.close(now).what;
    epochs_.durable({}, closed->number);
    int written = 0;
    int erased = 0;
    for (const auto& each : closed->writes)
      ++(each.value ? written : erased);
    return std::to_string(written) + " written, " + std::to_string(erased) + " erased";
  }

  epoch_builder epochs_{{}};
  lasting_effects lasting_{epochs_, 0};
  const entity_id a_{1, "a"};
};

TEST_F(LastingEffects, OfOneInputThatAlsoEndsThemCostNoRow) {
  start_timer(1, 2'000);
  lasting_.begin_work(a_);
  put_index("placed", "a");
  EXPECT_TRUE(lasting_.rows_follow());
  stop_timer(1);
  lasting_.settle(a_);
  erase_index("placed");
  EXPECT_FALSE(lasting_.rows_follow());
  lasting_.flush(now);
  EXPECT_TRUE(epochs_.is_empty());
  EXPECT_FALSE(lasting_.has_timers());
  EXPECT_EQ(lasting_.unsettled_count(), 0u);
}

TEST_F(LastingEffects, ThatAreLeftWhenTheInputIsOverAreRows) {
  start_timer(1, 2'000);
  lasting_.begin_work(a_);
  put_index("placed", "a");
  EXPECT_TRUE(epochs_.is_empty());
  lasting_.flush(now);
  EXPECT_FALSE(lasting_.rows_follow());
  EXPECT_EQ(rows(), "3 written, 0 erased");
  EXPECT_TRUE(lasting_.has_timers());
  EXPECT_EQ(lasting_.unsettled_count(), 1u);
  EXPECT_EQ(lasting_.oldest_unsettled_since(), now);
}

TEST_F(LastingEffects, OfAnEarlierInputEndWithTheirRows) {
  start_timer(1, 2'000);
  lasting_.begin_work(a_);
  put_index("placed", "a");
  lasting_.flush(now);
  rows();
  stop_timer(1);
  lasting_.settle(a_);
  erase_index("placed");
  lasting_.flush(now);
  EXPECT_EQ(rows(), "0 written, 3 erased");
  EXPECT_FALSE(lasting_.has_timers());
  EXPECT_EQ(lasting_.unsettled_count(), 0u);
}

TEST_F(LastingEffects, MoveATimerThatRuns) {
  start_timer(1, 2'000);
  lasting_.flush(now);
  rows();
  start_timer(1, 3'000);
  lasting_.flush(now);
  EXPECT_EQ(rows(), "1 written, 1 erased");
  EXPECT_FALSE(lasting_.take_due_timer(2'999));
  EXPECT_TRUE(lasting_.take_due_timer(3'000));
}

TEST_F(LastingEffects, TakeTheRowOfATimerThatFires) {
  start_timer(1, 2'000);
  lasting_.flush(now);
  rows();
  ASSERT_TRUE(lasting_.take_due_timer(2'000));
  EXPECT_FALSE(lasting_.take_due_timer(2'000)) << "twice";
  EXPECT_EQ(rows(), "0 written, 1 erased");
}

TEST_F(LastingEffects, WriteAnIndexRowOfAnEarlierInputAnew) {
  put_index("placed", "a");
  lasting_.flush(now);
  rows();
  put_index("placed", "b", false);
  EXPECT_EQ(rows(), "1 written, 0 erased");
}

TEST_F(LastingEffects, ResolveCallersOfThisInputAndOfEarlierOnes) {
  lasting_.wait(a_, {1, 7}, 9'000);
  lasting_.flush(now);
  lasting_.wait(a_, {1, 8}, 9'000);
  const auto waiting = lasting_.resolve(a_);
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].request_id, 7u);
  EXPECT_EQ(waiting[1].request_id, 8u);
  EXPECT_TRUE(lasting_.resolve(a_).empty());
}

TEST_F(LastingEffects, ExpireCallersAtTheirDeadline) {
  lasting_.wait(a_, {1, 7}, 9'000);
  lasting_.flush(now);
  lasting_.watch_waiters();
  EXPECT_TRUE(lasting_.expire_waiters(8'999).empty());
  EXPECT_EQ(lasting_.expire_waiters(9'000).size(), 1u);
  EXPECT_FALSE(lasting_.rows_follow()) << "a caller has no row";
}

} // namespace
} // namespace orderd::runtime
