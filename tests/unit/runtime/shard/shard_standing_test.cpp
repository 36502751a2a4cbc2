// In which stage the entities of a shard are that have work to do, and what of it is in doubt: from their
// turns, and after a start from their rows.
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

using test::shard_rig;

/// "begun 2, asking 1; 1 of 5 coins"
std::string stands(shard_rig& rig) {
  std::string all;
  for (const auto& each : rig.engine().with_work().stages())
    if (each.count != 0)
      all += (all.empty() ? "" : ", ") + std::string{each.name} + ' ' + std::to_string(each.count);
  for (const auto& each : rig.engine().with_work().in_doubt())
    all += "; " + std::to_string(each.count) + " of " + std::to_string(each.amount) + ' ' + each.unit;
  return all;
}

TEST(ShardStanding, IsWhatTheLastTurnSaid) {
  shard_rig rig;
  rig.ask("a1", "open");
  rig.ask("a2", "open");
  EXPECT_EQ(stands(rig), "begun 2");
  rig.ask("a1", "doubt 5");
  EXPECT_EQ(stands(rig), "begun 1, asking 1; 1 of 5 coins");
  rig.ask("a1", "add 1"); // says nothing of it
  EXPECT_EQ(stands(rig), "begun 1, asking 1; 1 of 5 coins");
  rig.ask("a1", "doubt 0");
  EXPECT_EQ(stands(rig), "begun 1, asking 1");
  rig.ask("a1", "settle");
  rig.ask("a2", "settle");
  EXPECT_EQ(stands(rig), "");
}

TEST(ShardStanding, IsWhatTheRowsSayAfterAStart) {
  shard_rig rig;
  rig.ask("a1", "add 7");
  rig.ask("a2", "add 6");
  for (const auto* name : {"a1", "a2", "a3"})
    rig.ask(name, "open");
  rig.settle();
  rig.crash();
  EXPECT_EQ(stands(rig), "asking 1, begun 2");
  rig.ask("a1", "settle");
  EXPECT_EQ(stands(rig), "begun 2");
}

TEST(ShardStanding, IsUnknownWhereTheRowsDoNotSay) {
  shard_rig rig;
  rig.ask("a1", "open");
  rig.settle();
  rig.plant(test::wallet("a1").row(table::state), "unreadable");
  EXPECT_EQ(stands(rig), "unknown 1");
}

TEST(ShardStanding, IsLookedUpSomeAtATimeWhereThereAreMany) {
  shard_rig rig;
  for (int i = 0; i < 1'150; ++i)
    rig.ask("a" + std::to_string(i), "open");
  rig.settle();
  rig.crash();
  EXPECT_EQ(stands(rig), "recovered 150, begun 1000");
  rig.tick(20);
  EXPECT_EQ(stands(rig), "recovered 50, begun 1100");
  rig.tick(20);
  EXPECT_EQ(stands(rig), "begun 1150");
}

} // namespace
} // namespace orderd::runtime
