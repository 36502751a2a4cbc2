#include "runtime/shard/timers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

const entity_id a{1, "a"};
const entity_id b{1, "b"};

/// All that are due at `now`: "entity/name=command@due " each.
std::string fired(timers& from, unix_ms now) {
  std::string all;
  while (const auto due = from.take_due(now))
    all += std::string{due->key.entity.key()} + '/' + std::to_string(due->key.name) + '=' + due->command + '@'
           + std::to_string(due->key.due_at) + ' ';
  return all;
}

TEST(Timers, FireOnceWhenDueEarliestFirst) {
  timers running;
  EXPECT_FALSE(running.start({30, a, 1}, "late"));
  EXPECT_FALSE(running.start({10, b, 1}, "early"));
  EXPECT_EQ(fired(running, 9), "");
  EXPECT_EQ(fired(running, 30), "b/1=early@10 a/1=late@30 ");
  EXPECT_EQ(fired(running, 30), "");
  EXPECT_EQ(running.size(), 0u);
}

TEST(Timers, AreKeptApartByEntityAndName) {
  timers running;
  EXPECT_FALSE(running.start({10, a, 1}, "one"));
  EXPECT_FALSE(running.start({10, a, 2}, "two"));
  EXPECT_FALSE(running.start({10, b, 1}, "other"));
  EXPECT_EQ(running.size(), 3u);
}

TEST(Timers, StartedAgainMoveAndGiveTheRowTheyReplace) {
  timers running;
  EXPECT_FALSE(running.start({10, a, 1}, "first"));
  const auto replaced = running.start({20, a, 1}, "second");
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->due_at, 10);
  EXPECT_EQ(replaced->entity, a);
  EXPECT_EQ(fired(running, 15), "");
  EXPECT_EQ(fired(running, 20), "a/1=second@20 ");
}

TEST(Timers, StoppedNeverFireAndGiveTheirRow) {
  timers running;
  EXPECT_FALSE(running.start({10, a, 1}, "never"));
  EXPECT_FALSE(running.start({10, a, 2}, "still"));
  const auto stopped = running.stop(a, 1);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->due_at, 10);
  EXPECT_EQ(fired(running, 10), "a/2=still@10 ");
}

TEST(Timers, StopWhatDoesNotRunWithoutEffect) {
  timers running;
  EXPECT_FALSE(running.stop(a, 1));
  EXPECT_FALSE(running.start({10, a, 1}, "fires"));
  EXPECT_EQ(fired(running, 10), "a/1=fires@10 ");
  EXPECT_FALSE(running.stop(a, 1));
}

} // namespace
} // namespace orderd::runtime
