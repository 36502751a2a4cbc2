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
  rig.ask(wallet, "alarm " + std::to_string(name) + ' ' + std::to_string(rig.engine().time() + in_ms) + ' '
                      + command);
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

TEST(ShardTimers, SurviveARestartAndFireWhenTheirTimeHasRun) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 100, "add 5");
  set_alarm(rig, "a2", 1, 5'000, "add 7");
  rig.now += 1'000; // Nobody is there.
  rig.crash();
  rig.tick(0);
  EXPECT_EQ(balance(rig, "a1"), "balance 0");
  rig.tick(100);
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
  EXPECT_EQ(balance(rig, "a2"), "balance 0");
  rig.tick(4'900);
  EXPECT_EQ(balance(rig, "a2"), "balance 7");
}

TEST(ShardTimers, FireAgainWhenTheFirstTimeWasNotDurable) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 100, "add 5");
  rig.tick(100); // Fired, and lost with the process.
  rig.crash();
  rig.tick(100);
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

constexpr std::int64_t hour = 3'600'000;
constexpr unix_ms today = 1'700'000'000'000;
constexpr std::int64_t steps_of_clocks[] = {-10'000 * hour, -hour, -60'000, 60'000, hour, 10'000 * hour};

TEST(ShardTimers, FireInTimeWhenTheWallClockIsSetMeanwhile) {
  for (const auto step : steps_of_clocks) {
    shard_rig rig;
    set_alarm(rig, "a1", 1, 3'000, "add 5");
    rig.wall_ahead = step;
    for (int i = 0; i < 130; ++i)
      rig.tick(20);
    EXPECT_EQ(balance(rig, "a1"), "balance 0") << step; // At most a ninth early.
    for (int i = 0; i < 20; ++i)
      rig.tick(20);
    EXPECT_EQ(balance(rig, "a1"), "balance 5") << step;
  }
}

TEST(ShardTimers, FireInTimeWhenTheNextProcessHasAnotherWallClock) {
  for (const auto step : steps_of_clocks) {
    shard_rig rig;
    rig.wall_ahead = today + step;
    rig.crash(); // Nothing is stored yet: time begins with this clock.
    set_alarm(rig, "a1", 1, 3'000, "add 5");
    const auto before = rig.engine().time();
    rig.wall_ahead = today;
    rig.crash();
    EXPECT_GE(rig.engine().time(), before) << step;
    for (int i = 0; i < 150; ++i)
      rig.tick(20);
    EXPECT_EQ(balance(rig, "a1"), "balance 5") << step;
    EXPECT_LE(rig.engine().time(), before + 3'400) << step;
  }
}

TEST(ShardTimers, FireInAProcessThatNeverLivesAsLongAsTheyLast) {
  shard_rig rig;
  set_alarm(rig, "a1", 1, 3'000, "add 5");
  for (int ran = 20; ran <= 5'000; ran += 20) {
    rig.tick(20);
    rig.settle();
    if (ran % 2'000 == 0)
      rig.crash();
  }
  EXPECT_EQ(balance(rig, "a1"), "balance 5");
}

TEST(ShardTimers, AloneMakeAShardAtRestStoreItsTime) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  rig.settle();
  const auto without = rig.journal.size();
  for (int i = 0; i < 500; ++i) {
    rig.tick(20);
    rig.settle();
  }
  EXPECT_EQ(rig.journal.size(), without);
  set_alarm(rig, "a1", 1, 60'000, "add 5");
  const auto with = rig.journal.size();
  for (int i = 0; i < 500; ++i) {
    rig.tick(20);
    rig.settle();
  }
  EXPECT_EQ(rig.journal.size(), with + 10) << "one epoch a second";
  EXPECT_TRUE(rig.journal.back()->writes.empty());
  EXPECT_EQ(rig.journal.back()->time_ms, rig.engine().time());
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
  rig.engine().answered({test::wallet("a1"), 1, "yes"}, rig.instant());
  rig.engine().finish();
  rig.engine().answered({test::wallet("a1"), 1, "no"}, rig.instant());
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
  rig.engine().answered({test::wallet("a1"), 1, std::nullopt}, rig.instant());
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
  rig.engine().answered({test::wallet("a1"), 1, "yes"}, rig.instant());
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
  rig.engine().answered({test::wallet("a1"), 1, "yes"}, rig.instant());
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
