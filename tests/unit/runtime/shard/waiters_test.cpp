#include "runtime/shard/waiters.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

const entity_id a{1, "a"};
const entity_id b{1, "b"};

std::string ids(const std::vector<caller>& who) {
  std::string all;
  for (const auto& each : who)
    all += std::to_string(each.request_id) + ' ';
  return all;
}

TEST(Callers, AreGivenOnceInTheOrderTheyCame) {
  waiters waiting;
  waiting.wait(a, {1, 1}, 100);
  waiting.wait(b, {1, 2}, 100);
  waiting.wait(a, {1, 3}, 100);
  EXPECT_EQ(waiting.waiting(), 3u);
  EXPECT_EQ(ids(waiting.resolve(a)), "1 3 ");
  EXPECT_EQ(ids(waiting.resolve(a)), "");
  EXPECT_EQ(waiting.waiting(), 1u);
}

TEST(Callers, AreLateFromTheirDeadlineOnEachByItsOwn) {
  waiters waiting;
  waiting.wait(a, {1, 1}, 100);
  waiting.wait(a, {1, 2}, 200);
  waiting.wait(b, {1, 3}, 150);
  waiting.watch_new();
  EXPECT_EQ(ids(waiting.expire(99)), "");
  EXPECT_EQ(ids(waiting.expire(100)), "1 ");
  EXPECT_EQ(ids(waiting.expire(1'000)), "3 2 ");
  EXPECT_EQ(waiting.waiting(), 0u);
  EXPECT_EQ(ids(waiting.resolve(a)), "");
}

TEST(Callers, AnsweredBeforeTheirDeadlineAreNotLate) {
  waiters waiting;
  waiting.wait(a, {1, 1}, 100);
  waiting.watch_new();
  EXPECT_EQ(ids(waiting.resolve(a)), "1 ");
  waiting.wait(a, {1, 2}, 300);
  waiting.watch_new();
  EXPECT_EQ(ids(waiting.expire(200)), "");
  EXPECT_EQ(ids(waiting.expire(300)), "2 ");
}

TEST(Callers, AnsweredWithinTheirInputAreNotWatched) {
  waiters waiting;
  waiting.wait(a, {1, 1}, 100);
  EXPECT_EQ(ids(waiting.resolve(a)), "1 ");
  waiting.watch_new();
  EXPECT_EQ(waiting.watched(), 0u);
}

TEST(Callers, WatchFewDeadlinesOfThoseAnsweredLongBefore) {
  waiters waiting;
  waiting.wait(b, {2, 0}, 1'000'000);
  waiting.watch_new();
  for (std::uint64_t i = 1; i <= 50'000; ++i) {
    waiting.wait(a, {1, i}, 1'000'000);
    waiting.watch_new();
    ASSERT_EQ(waiting.resolve(a).size(), 1u);
  }
  EXPECT_LE(waiting.watched(), 10'010u);
  EXPECT_EQ(ids(waiting.expire(1'000'000)), "0 ");
  EXPECT_EQ(waiting.watched(), 0u);
}

/// All deadlines are others, as those of a crowd are, so that they are forgotten in many steps.
TEST(Callers, ForgetTheAnsweredAmongManyWhoWait) {
  waiters waiting;
  for (std::uint64_t i = 1; i <= 60'000; ++i) {
    const entity_id order{2, std::to_string(i)};
    waiting.wait(order, {1, i}, static_cast<std::int64_t>(100'000 + i));
    waiting.watch_new();
    if (i % 10 != 0) {
      ASSERT_EQ(waiting.resolve(order).size(), 1u);
    }
  }
  EXPECT_EQ(waiting.waiting(), 6'000u);
  EXPECT_LE(waiting.watched(), 2u * 6'000 + 10'010);
  const auto late = waiting.expire(130'000);
  ASSERT_EQ(late.size(), 3'000u);
  for (std::size_t i = 0; i < late.size(); ++i)
    ASSERT_EQ(late[i].request_id, (i + 1) * 10);
}

} // namespace
} // namespace orderd::runtime
