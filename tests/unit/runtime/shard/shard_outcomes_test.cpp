// Each reply of a shard says how its request came out, whichever way it is answered.
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using test::shard_rig;
using way = test::wallet_query::way;

TEST(ShardOutcomes, AreThoseThatEntitiesGive) {
  shard_rig rig;
  const auto done = rig.ask("a1", "add 5");
  const auto refused = rig.ask("a1", "send b1 9");
  rig.settle();
  ASSERT_EQ(rig.reply(done), "balance 5");
  EXPECT_EQ(rig.outcome(done), "ok");
  ASSERT_EQ(rig.reply(refused), "too little");
  EXPECT_EQ(rig.outcome(refused), "rejection");
}

TEST(ShardOutcomes, AreThoseOfAnAnnouncement) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  const auto sent = rig.ask("a1", "send b1 1");
  rig.settle();
  ASSERT_EQ(rig.reply(sent), "sent 1");
  EXPECT_EQ(rig.outcome(sent), "ok");

  const auto culprit = rig.ask("b1", "poison");
  for (int i = 0; i < 3; ++i)
    rig.tick(200);
  const auto bounced = rig.ask("a1", "send b1 1");
  rig.settle();
  ASSERT_EQ(rig.reply(culprit), "quarantined");
  EXPECT_EQ(rig.outcome(culprit), "fault");
  ASSERT_EQ(rig.reply(bounced), "bounced 1");
  EXPECT_EQ(rig.outcome(bounced), "rejection");
}

TEST(ShardOutcomes, AreThoseThatQueriesGive) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  rig.settle();
  EXPECT_EQ(rig.outcome(rig.query("a1", way::row)), "ok");
  EXPECT_EQ(rig.outcome(rig.query("a2", way::row)), "rejection");
  EXPECT_EQ(rig.outcome(rig.query("a1", way::throws)), "fault");
  EXPECT_EQ(rig.outcome(rig.query("", way::scan)), "ok");
}

TEST(ShardOutcomes, AreThoseOfAPersonsDecision) {
  shard_rig rig;
  EXPECT_EQ(rig.outcome(rig.resolve("a1", true)), "rejection");
  rig.ask("a1", "poison");
  for (int i = 0; i < 3; ++i)
    rig.tick(200);
  rig.settle();
  const auto resolved = rig.resolve("a1", false);
  rig.settle();
  ASSERT_EQ(rig.reply(resolved), "resolved");
  EXPECT_EQ(rig.outcome(resolved), "ok");
}

} // namespace
} // namespace orderd::runtime
