#include "runtime/shard/supervision.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

const entity_id a{1, "a"};
const entity_id b{1, "b"};

delivery to(const entity_id& id, std::optional<caller> from = std::nullopt, unix_ms deadline_at = 0) {
  return {id, nullptr, from, deadline_at};
}

TEST(Supervision, KnowsOnlyFailingEntities) {
  supervision ward;
  EXPECT_EQ(ward.find(a), nullptr);
  ward.add(a);
  EXPECT_NE(ward.find(a), nullptr);
  ward.remove(a);
  EXPECT_EQ(ward.find(a), nullptr);
}

TEST(Supervision, ParksInOrderUnderRisingSequences) {
  supervision ward;
  auto& who = ward.add(a);
  EXPECT_EQ(ward.park(who, to(a)), 1u);
  EXPECT_EQ(ward.park(ward.add(b), to(b)), 2u);
  EXPECT_EQ(ward.park(who, to(a)), 3u);
  EXPECT_EQ(who.waiting.front().sequence, 1u);
  EXPECT_EQ(who.waiting.back().sequence, 3u);
}

TEST(Supervision, GoesOnBehindRestoredSequences) {
  supervision ward;
  ward.restore(a, 7, to(a));
  ward.restore(b, 4, to(b));
  EXPECT_EQ(ward.park(ward.add(a), to(a)), 8u);
}

TEST(Supervision, GivesThoseWhoseNextTryIsDue) {
  supervision ward;
  ward.add(a).retry_at = 10;
  ward.add(b); // Quarantined: never due.
  EXPECT_TRUE(ward.due(9).empty());
  EXPECT_EQ(ward.due(10), std::vector{a});
  EXPECT_EQ(ward.quarantined(), 1u);
}

TEST(Supervision, GivesLateCallersOnceAndKeepsTheirCommands) {
  supervision ward;
  auto& who = ward.add(a);
  ward.park(who, to(a, caller{1, 1}, 100));
  ward.park(who, to(a, caller{1, 2}, 200));
  ward.park(who, to(a));
  const auto late = ward.expire(150);
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].request_id, 1u);
  EXPECT_TRUE(ward.expire(150).empty());
  EXPECT_EQ(who.waiting.size(), 3u);
}

} // namespace
} // namespace orderd::runtime
