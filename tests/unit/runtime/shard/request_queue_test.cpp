// Whose turn it is among those that wait for a shard, and how long one will wait.
#include "runtime/shard/request_queue.hpp"

#include <gtest/gtest.h>

#include <map>

namespace orderd::runtime {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// A shard that does nothing but requests, each of which takes as long as its connection's do.
class RequestQueue : public testing::Test {
protected:
  void ask(std::uint64_t connection, std::size_t count) {
    std::vector<request> batch(count);
    for (auto& each : batch)
      each.from = {connection, ++last_id_};
    queue_.add(std::move(batch), now_);
  }
  /// Works for so long, or until nothing waits; `idle` of the time it cannot.
  void work(nanoseconds time, nanoseconds idle = {}) {
    for (const auto until = now_ + time; now_ < until && !queue_.empty();) {
      now_ += idle;
      const auto part = queue_.take(8);
      const auto began = now_;
      now_ += cost_[part.connection] * static_cast<std::int64_t>(part.requests.size());
      queue_.used(part.connection, part.requests.size(), began, now_);
      for (const auto& each : part.requests)
        answered_[part.connection].push_back(each.from.request_id);
    }
  }
  std::size_t answered(std::uint64_t connection) { return answered_[connection].size(); }

  request_queue queue_;
  request_queue::time_point now_{};
  std::map<std::uint64_t, nanoseconds> cost_{
      {1, microseconds{10}}, {2, microseconds{10}}, {3, microseconds{10}}, {9, microseconds{250}}};
  std::map<std::uint64_t, std::vector<std::uint64_t>> answered_;
  std::uint64_t last_id_ = 0;
};

TEST_F(RequestQueue, KeepsTheOrderOfAConnection) {
  ask(1, 5);
  ask(1, 20);
  work(milliseconds{10});
  ASSERT_EQ(answered(1), 25u);
  EXPECT_TRUE(std::is_sorted(answered_[1].begin(), answered_[1].end()));
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.size(), 0u);
}

TEST_F(RequestQueue, TakesNoMoreThanItIsAskedForAndWhatCameTogether) {
  ask(1, 10);
  now_ += milliseconds{1};
  ask(1, 3);
  EXPECT_EQ(queue_.take(8).requests.size(), 8u);
  EXPECT_EQ(queue_.take(8).requests.size(), 2u);
  const auto later = queue_.take(8);
  EXPECT_EQ(later.requests.size(), 3u);
  EXPECT_EQ(later.arrived_at, now_);
}

/// By number, who reads large orders would get 25 times as much.
TEST_F(RequestQueue, SharesTimeNotNumbers) {
  ask(9, 8'000);
  ask(1, 100'000);
  work(milliseconds{1'000});
  const auto of_reader = cost_[9] * static_cast<std::int64_t>(answered(9));
  const auto of_other = cost_[1] * static_cast<std::int64_t>(answered(1));
  EXPECT_NEAR(static_cast<double>(of_reader.count()), static_cast<double>(of_other.count()), 5e6);
}

TEST_F(RequestQueue, LetsAPoliteConnectionThroughBesideAHundredGreedyOnes) {
  for (std::uint64_t greedy = 100; greedy < 200; ++greedy) {
    cost_[greedy] = microseconds{10};
    ask(greedy, 10'000);
  }
  work(milliseconds{500});
  ask(1, 1);
  const auto asked_at = now_;
  while (answered(1) == 0)
    work(microseconds{1});
  EXPECT_LE(now_ - asked_at, milliseconds{110}); // A turn of each.
}

/// One that comes back with an expensive request each time it is done.
TEST_F(RequestQueue, WhoHasUsedMoreThanItsTurnWaitsUntilThatIsPaid) {
  cost_[9] = milliseconds{5};
  ask(1, 1'000'000);
  for (int i = 0; i < 1'000; ++i) {
    if (queue_.expected_wait(9, 0, now_) < milliseconds{1} || answered(9) * 5 < static_cast<std::size_t>(i))
      ask(9, 1);
    work(milliseconds{1});
  }
  const auto share = static_cast<double>((cost_[9] * static_cast<std::int64_t>(answered(9))).count())
                     / static_cast<double>(now_.time_since_epoch().count());
  EXPECT_LE(share, 0.55);
  EXPECT_GE(share, 0.2);
}

TEST_F(RequestQueue, WhoWaitsAloneIsNeverHeldBack) {
  ask(9, 100);
  work(milliseconds{100});
  EXPECT_EQ(answered(9), 100u);
  EXPECT_EQ(now_.time_since_epoch(), milliseconds{25});
}

TEST_F(RequestQueue, ExpectsWhatTheConnectionsRequestsTookLately) {
  ask(9, 400);
  EXPECT_EQ(queue_.expected_wait(9, 0, now_), microseconds{20} * 400); // Nothing is known yet.
  work(milliseconds{20});
  EXPECT_NEAR(static_cast<double>(queue_.expected_wait(9, 0, now_).count()), 80e6, 10e6);
  EXPECT_NEAR(static_cast<double>(queue_.expected_wait(9, 100, now_).count()), 105e6, 12e6);
  // Who comes beside it waits for a turn of it, not for all.
  EXPECT_LE(queue_.expected_wait(1, 0, now_), milliseconds{2});
}

TEST_F(RequestQueue, ExpectsNoMoreThanEverythingThatWaits) {
  for (std::uint64_t each = 1; each <= 3; ++each)
    ask(each, 80);
  work(milliseconds{1});
  EXPECT_LE(queue_.expected_wait(1, 1'000, now_), microseconds{10} * (240 + 1'000) + microseconds{10} * 100);
}

/// The epoch was full for nine tenths of the time.
TEST_F(RequestQueue, ExpectsMoreWhileTheShardIsHeldUp) {
  ask(1, 50'000);
  work(milliseconds{400}, microseconds{720}); // 8 requests take 80.
  const auto left = 50'000 - answered(1);
  EXPECT_NEAR(static_cast<double>(queue_.expected_wait(1, 0, now_).count()),
              100e3 * static_cast<double>(left), 20e3 * static_cast<double>(left));
}

/// Each was refused most of its first frame by an idle shard, or by one that had stood still once.
TEST_F(RequestQueue, ExpectsOfANewcomerWhatSmallOrdersTake) {
  cost_[9] = milliseconds{2};
  for (int i = 0; i < 100; ++i) {
    ask(9, 1);
    work(milliseconds{10});
  }
  EXPECT_LE(queue_.expected_wait(1, 1'024, now_), milliseconds{25});
  ask(1, 1);
  cost_[1] = milliseconds{1'000};
  work(milliseconds{1});
  cost_[1] = microseconds{10};
  for (int i = 0; i < 2; ++i) {
    ask(1, 8);
    work(milliseconds{1});
  }
  EXPECT_LE(queue_.expected_wait(1, 100, now_), milliseconds{60});
}

TEST_F(RequestQueue, WhatIsOwedIsPaidByTimeToo) {
  cost_[9] = milliseconds{20};
  ask(1, 1'000'000);
  ask(9, 1);
  work(milliseconds{30});
  now_ += milliseconds{10'000};
  ask(9, 1);
  cost_[9] = microseconds{10};
  const auto asked_at = now_;
  while (answered(9) < 2)
    work(microseconds{1});
  EXPECT_LE(now_ - asked_at, milliseconds{3});
}

TEST_F(RequestQueue, ExpectsMoreWhileNothingIsTakenAtAll) {
  ask(1, 1'000);
  work(milliseconds{2});
  const auto before = queue_.expected_wait(1, 0, now_);
  now_ += milliseconds{100};
  EXPECT_GE(queue_.expected_wait(1, 0, now_), 10 * before);
}

TEST_F(RequestQueue, TakesOutWhoseDeadlineHasPassed) {
  std::vector<request> batch(4);
  for (std::uint64_t i = 0; i < batch.size(); ++i) {
    batch[i].from = {1, i};
    batch[i].deadline_at = i % 2 == 0 ? 100 : 200;
  }
  queue_.add(std::move(batch), now_);
  const auto late = queue_.expire(100);
  ASSERT_EQ(late.size(), 2u);
  EXPECT_EQ(late[1].from.request_id, 2u);
  EXPECT_EQ(queue_.size(), 2u);
  EXPECT_EQ(queue_.take(8).requests[1].from.request_id, 3u);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(RequestQueue, ForgetsAConnectionThatIsGone) {
  ask(9, 20);
  ask(1, 2);
  (void)queue_.take(8);
  const auto gone = queue_.forget(9);
  ASSERT_EQ(gone.size(), 12u);
  EXPECT_EQ(gone.front().from.request_id, 9u);
  EXPECT_EQ(queue_.size(), 2u);
  work(milliseconds{1});
  EXPECT_EQ(answered(1), 2u);
  EXPECT_TRUE(queue_.forget(9).empty());
  EXPECT_EQ(queue_.expected_wait(9, 0, now_), nanoseconds{0});
}

} // namespace
} // namespace orderd::runtime
