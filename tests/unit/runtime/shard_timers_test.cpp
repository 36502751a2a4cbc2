// Durable timers of a shard, provider calls, and entities that leave memory.
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using test::shard_rig;

std::string balance(shard_rig& rig, const std::string& name) {
  const auto id = rig.ask(name, "read");
  rig.settle();
  return rig.reply(id);
}

/// "alarm NAME <ms from now> COMMAND"
void set_alarm(shard_rig& rig, const std::string& wallet, int name, std::int64_t in_ms,
               const std::string& command) {
  rig.ask(wallet, "alarm " + std::to_string(name) + ' ' + std::to_string(rig.now + in_ms) + ' ' + command);
  rig.settle();
}

TEST(ShardTimers, FireOnceWhenDue) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 100, "add 5");
  rig.tick(99);
  EXPECT_EQ(balance(rig, "a1"), "balance 0");
  rig.tick(1);
  rig.tick(1'000);
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
  EXPECT_EQ(rig.rows_in(table::timer), 0u);
}

TEST(ShardTimers, SurviveARestartAndFireWhenTheirTimePassedMeanwhile) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 100, "add 5");
  set_alarm(rig, "a2", 1, 5'000, "add 7");
  rig.now += 1'000;
  rig.crash();
  rig.tick(0);
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
  EXPECT_EQ(balance(rig, "a2"), "balance 0");
  rig.tick(4'000);
  EXPECT_EQ(balance(rig, "a2"), "balance 7");
}

TEST(ShardTimers, FireAgainWhenTheFirstTimeWasNotDurable) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 100, "add 5");
  rig.tick(100); // Fired, and lost with the process.
  rig.crash();
  rig.tick(0);
  rig.settle();
  rig.crash();
  rig.tick(0);
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
}

TEST(ShardTimers, StoppedOrMovedStayStoppedOrMovedOverARestart) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 100, "add 5");
  set_alarm(rig, "a1", 2, 100, "add 7");
  set_alarm(rig, "a1", 2, 200, "add 8");
  rig.ask("a1", "quiet 1");
  rig.settle();
  rig.crash();
  rig.tick(150);
  EXPECT_EQ(balance(rig, "a1"), "balance 0");
  rig.tick(50);
  EXPECT_EQ(balance(rig, "a1"), "balance 8");
}

TEST(ShardTimers, StoppedByAnotherOfTheSameMomentDoNotFire) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 100, "quiet 2");
  set_alarm(rig, "a1", 2, 100, "add 5");
  rig.tick(100);
  EXPECT_EQ(balance(rig, "a1"), "balance 0");
  EXPECT_EQ(rig.rows_in(table::timer), 0u);
}

TEST(ShardTimers, WaitForAPersonWithTheirQuarantinedEntity) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 1'000, "add 5");
  rig.ask("a1", "poison");
  for (int i = 0; i < 10; ++i)
    rig.tick(200);
  rig.settle();
  EXPECT_EQ(balance(rig, "a1"), "quarantined");
  rig.resolve("a1", false);
  rig.settle();
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
}

TEST(ShardTimers, GoOnWhenTheClockJumpsBack) {
  shard_rig rig;
  rig.tick(10'000);
  rig.now -= 10'000;
  set_alarm(rig, "a1", 1, 5'000, "add 5"); // Already past for the shard, which never goes back.
  rig.tick(0);
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
}

TEST(ShardCalls, LeaveOnceTheirEpochIsDurable) {
  shard_rig rig;
  rig.ask("a1", "call 1 key");
  EXPECT_TRUE(rig.calls.empty());
  rig.commit();
  ASSERT_EQ(rig.calls.size(), 1u);
  EXPECT_EQ(rig.calls[0].entity, test::wallet("a1"));
  EXPECT_EQ(rig.calls[0].call.step, 1);
  EXPECT_EQ(rig.calls[0].call.idempotency_key, "key");
  EXPECT_EQ(rig.calls[0].call.body, "body of key");
}

TEST(ShardCalls, BringTheirAnswerToTheEntityOnce) {
  shard_rig rig;
  const auto id = rig.ask("a1", "call 1 key");
  rig.settle();
  rig.engine().answered({test::wallet("a1"), 1, "yes"}, rig.now);
  rig.engine().finish();
  rig.engine().answered({test::wallet("a1"), 1, "no"}, rig.now);
  rig.engine().finish();
  EXPECT_EQ(rig.reply(id), "");
  rig.settle();
  EXPECT_EQ(rig.reply(id), "answer yes");
  EXPECT_EQ(rig.rows_in(table::call), 0u);
}

TEST(ShardCalls, TellTheEntityWhenTheAnswerIsNotKnown) {
  shard_rig rig;
  const auto id = rig.ask("a1", "call 1 key");
  rig.settle();
  rig.engine().answered({test::wallet("a1"), 1, std::nullopt}, rig.now);
  rig.engine().finish();
  rig.settle();
  EXPECT_EQ(rig.reply(id), "unknown");
}

TEST(ShardCalls, AreMadeAgainWithTheSameKeyAfterARestart) {
  shard_rig rig;
  rig.ask("a1", "call 1 key");
  rig.settle();
  rig.calls.clear();
  rig.crash();
  ASSERT_EQ(rig.calls.size(), 1u);
  EXPECT_EQ(rig.calls[0].call.idempotency_key, "key");
  EXPECT_EQ(rig.calls[0].call.body, "body of key");
  rig.engine().answered({test::wallet("a1"), 1, "yes"}, rig.now);
  rig.engine().finish();
  rig.settle();
  rig.calls.clear();
  rig.crash();
  EXPECT_TRUE(rig.calls.empty()) << "an answered call was made again";
}

TEST(ShardCallers, GetATimeoutAtTheirDeadlineAndNoSecondAnswer) {
  shard_rig rig;
  rig.timeout_ms = 500;
  const auto id = rig.ask("a1", "call 1 key");
  rig.settle();
  rig.tick(499);
  EXPECT_EQ(rig.reply(id), "");
  rig.tick(1);
  EXPECT_EQ(rig.reply(id), "timeout");
  rig.engine().answered({test::wallet("a1"), 1, "yes"}, rig.now);
  rig.engine().finish();
  rig.settle();
  EXPECT_EQ(rig.reply(id), "timeout");
  EXPECT_EQ(rig.engine().figures().late_callers, 1u);
}

TEST(ShardResidents, LeaveMemoryWhenIdleAndLoseNothing) {
  shard_options options;
  options.idle_ms_max = 1'000;
  shard_rig rig{options};
  rig.ask("a1", "add 5");
  rig.settle();
  rig.tick(900);
  EXPECT_EQ(rig.engine().describe().live_entities, 1u);
  rig.tick(200);
  for (int i = 0; i < 100; ++i)
    rig.tick(1);
  EXPECT_EQ(rig.engine().describe().live_entities, 0u);
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
  EXPECT_EQ(rig.rules.loads["a1"], 2);
}

TEST(ShardResidents, StayBelowTheirNumberAndLoseNothing) {
  shard_options options;
  options.live_entities_max = 10;
  shard_rig rig{options};
  rig.ask("b1", "add 1"); // The rows below are in no state store yet.
  for (int i = 0; i < 100; ++i)
    rig.ask("a" + std::to_string(i), "add " + std::to_string(i));
  rig.tick(20);
  EXPECT_EQ(rig.engine().describe().live_entities, 10u);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(balance(rig, "a" + std::to_string(i)), "balance " + std::to_string(i));
}

TEST(ShardResidents, LeaveWhenTheyAskTo) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  rig.ask("a1", "leave");
  EXPECT_EQ(rig.engine().describe().live_entities, 0u);
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
}

} // namespace
} // namespace orderd::runtime
