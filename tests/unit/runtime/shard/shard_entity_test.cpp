// What a shard says of one entity: in memory, in trouble, timers, calls.
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

using test::shard_rig;
using test::wallet;

entity_description described(shard_rig& rig, const std::string& name) {
  return rig.engine().describe(wallet(name));
}

TEST(ShardEntity, IsNothingButShardTermAndTimeWhereNothingIsKnown) {
  shard_options options;
  options.term = 7;
  shard_rig rig{options};
  const auto known = described(rig, "a1");
  EXPECT_EQ(known.shard, 0u);
  EXPECT_EQ(known.term, 7u);
  EXPECT_EQ(known.now, rig.engine().time());
  EXPECT_FALSE(known.resident);
  EXPECT_FALSE(known.trouble);
  EXPECT_TRUE(known.timers.empty());
  EXPECT_TRUE(known.calls.empty());
}

TEST(ShardEntity, IsInMemoryUntilItLeaves) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  EXPECT_TRUE(described(rig, "a1").resident);
  rig.ask("a1", "leave");
  EXPECT_FALSE(described(rig, "a1").resident);
}

TEST(ShardEntity, TellsWhyItFailsSinceWhenAndWhenItIsTriedAgain) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  rig.rules.trouble["a1"] = 3;
  rig.ask("a1", "add 5"); // Twice at once, then after 10 ms and after 100 ms.
  const auto began = rig.engine().time();
  rig.ask("a2", "give a1 4");
  const auto first = described(rig, "a1").trouble.value();
  EXPECT_FALSE(first.is_quarantined());
  EXPECT_EQ(first.command, "add");
  EXPECT_EQ(first.error, "trouble");
  EXPECT_EQ(first.failures, 2u);
  EXPECT_EQ(first.since_at, began);
  EXPECT_EQ(first.retry_at, began + 10);
  EXPECT_EQ(first.parked, 2u);
  EXPECT_EQ(first.parked_names, (std::vector<std::string>{"add", "take"}));
  rig.tick(10);
  const auto second = described(rig, "a1").trouble.value();
  EXPECT_EQ(second.failures, 3u);
  EXPECT_EQ(second.since_at, began);
  EXPECT_EQ(second.retry_at, rig.engine().time() + 100);
  rig.tick(100);
  EXPECT_FALSE(described(rig, "a1").trouble);
}

TEST(ShardEntity, TellsOfAQuarantineWhatIsStoredAlsoAfterARestart) {
  shard_rig rig;
  rig.ask("a1", "poison");
  for (int i = 0; i < 3; ++i)
    rig.tick(200);
  rig.settle();
  const auto since = described(rig, "a1").trouble.value().since_at;
  rig.crash();
  const auto known = described(rig, "a1").trouble.value();
  EXPECT_TRUE(known.is_quarantined());
  EXPECT_EQ(known.command, "poison");
  EXPECT_EQ(known.error, "poison");
  EXPECT_EQ(known.failures, 4u);
  EXPECT_EQ(known.since_at, since);
  EXPECT_EQ(known.parked, 1u);
}

TEST(ShardEntity, NamesTheFirstCommandsThatWaitAndCountsAll) {
  shard_rig rig;
  rig.rules.trouble["a1"] = 3;
  for (int i = 0; i < 25; ++i)
    rig.ask("a1", "add 1");
  const auto known = described(rig, "a1").trouble.value();
  EXPECT_EQ(known.parked, 25u);
  EXPECT_EQ(known.parked_names.size(), entity_trouble::parked_names_max);
}

TEST(ShardEntity, TellsItsTimersTheEarliestFirst) {
  shard_rig rig;
  const auto now = rig.engine().time();
  rig.ask("a1", "alarm 7 " + std::to_string(now + 900) + " add 1");
  rig.ask("a1", "alarm 2 " + std::to_string(now + 1'000) + " read");
  rig.ask("a2", "alarm 7 " + std::to_string(now + 10) + " read");
  const auto known = described(rig, "a1").timers;
  ASSERT_EQ(known.size(), 2u);
  EXPECT_EQ(known[0].command, "add");
  EXPECT_EQ(known[0].due_at, now + 900);
  EXPECT_EQ(known[1].command, "read");
}

TEST(ShardEntity, TellsItsCallsBeforeAndAfterTheirCommit) {
  shard_rig rig;
  rig.ask("b1", "add 1"); // Under way, so that what comes next is in the open epoch.
  rig.ask("a1", "call 3 key-of-a1");
  const auto since = rig.engine().time();
  auto known = described(rig, "a1").calls;
  ASSERT_EQ(known.size(), 1u);
  EXPECT_EQ(known[0].idempotency_key, "key-of-a1");
  EXPECT_EQ(known[0].since_at, since);
  EXPECT_FALSE(known[0].left);
  rig.settle();
  EXPECT_TRUE(described(rig, "a1").calls.at(0).left);
  rig.crash();
  known = described(rig, "a1").calls;
  ASSERT_EQ(known.size(), 1u);
  EXPECT_EQ(known[0].idempotency_key, "key-of-a1");
  EXPECT_TRUE(known[0].left);
  rig.engine().answered({wallet("a1"), 3, "fine"}, rig.instant());
  EXPECT_TRUE(described(rig, "a1").calls.empty());
}

TEST(ShardEntity, IsToldToWhomAPersonsDecisionConcerns) {
  shard_rig rig;
  const auto note_arrives = [&rig](const std::string& by) {
    rig.ask("a1", "poison");
    for (int i = 0; i < 3; ++i)
      rig.tick(200);
    rig.settle();
    rig.resolve("a1", false, by);
    rig.settle();
    return rig.reply(rig.ask("a9", "read"));
  };
  EXPECT_EQ(note_arrives(""), "balance 0");
  EXPECT_EQ(note_arrives("a9"), "balance 1");
}

TEST(ShardEntity, IsFreedThoughItCannotTakeTheNoteOfThat) {
  shard_rig rig;
  rig.ask("a1", "poison");
  for (int i = 0; i < 3; ++i)
    rig.tick(200);
  rig.settle();
  rig.rules.trouble["a1"] = 100; // Whatever it is told from now on.
  rig.resolve("a1", false, "a1");
  rig.settle();
  for (int i = 0; i < 3; ++i)
    rig.tick(200);
  EXPECT_FALSE(described(rig, "a1").trouble);
}

TEST(ShardEntity, IsToldOfADecisionBehindWhatFailsAgain) {
  shard_rig rig;
  rig.rules.trouble["a1"] = 5;
  rig.ask("a1", "add 10");
  rig.tick(10);
  rig.tick(100);
  rig.settle();
  ASSERT_TRUE(described(rig, "a1").trouble.value().is_quarantined());
  rig.resolve("a1", true, "a1"); // Fails once more; the note waits as a row.
  rig.settle();
  ASSERT_EQ(described(rig, "a1").trouble.value().parked, 2u);
  rig.crash();
  rig.tick(10);
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 11");
}

} // namespace
} // namespace orderd::runtime
