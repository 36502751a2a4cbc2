// Entities whose handler fails: no trace, retries, quarantine, and what becomes of those who wait.
#include "config/limits.hpp"
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using test::shard_rig;

/// Lets `count` tries of a wallet fail and gives the id of the command that runs into them.
std::uint64_t ask_in_trouble(shard_rig& rig, const std::string& name, int count, const std::string& command) {
  rig.rules.trouble[name] = count;
  return rig.ask(name, command);
}

/// A wallet quarantined by a command that always fails.
void quarantine(shard_rig& rig, const std::string& name) {
  const auto id = rig.ask(name, "poison");
  rig.tick(200);
  rig.tick(200);
  rig.tick(200);
  rig.settle();
  ASSERT_EQ(rig.reply(id), "quarantined");
  ASSERT_EQ(rig.engine().describe().quarantined, 1u);
}

TEST(ShardFailures, LeaveNoTraceOfAHandlerThatThrew) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  const auto id = ask_in_trouble(rig, "a1", 1, "add 10"); // Its memory changed before it threw.
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 15");
}

TEST(ShardFailures, RetryAtOnceFromTheNewestRow) {
  shard_rig rig;
  rig.ask("b1", "add 1");
  rig.ask("a1", "add 5"); // In the open epoch only.
  const auto id = ask_in_trouble(rig, "a1", 1, "add 10");
  EXPECT_EQ(rig.rules.loads["a1"], 2);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 15");
  EXPECT_EQ(rig.engine().figures().restarts_by_kind[1], 1u);
}

TEST(ShardFailures, RetryLaterByPolicyAndAnswerThen) {
  shard_rig rig;
  const auto id = ask_in_trouble(rig, "a1", 3, "add 10");
  rig.tick(9);
  EXPECT_EQ(rig.rules.trouble["a1"], 1) << "the third try came before its 10 ms";
  rig.tick(1);
  EXPECT_EQ(rig.rules.trouble["a1"], 0);
  rig.tick(99);
  EXPECT_EQ(rig.reply(id), "");
  rig.tick(1);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 10");
  EXPECT_EQ(rig.rows_in(table::parked), 0u);
}

TEST(ShardFailures, KeepTheOrderOfCommandsThatWaitBehindTheFailingOne) {
  shard_rig rig;
  ask_in_trouble(rig, "a1", 2, "add 10");
  const auto second = rig.ask("a1", "send a2 3");
  const auto third = rig.ask("a1", "read");
  rig.tick(10);
  rig.settle();
  EXPECT_EQ(rig.reply(second), "sent 3");
  EXPECT_EQ(rig.reply(third), "balance 7");
}

TEST(ShardFailures, QuarantineAtTheLimitAndTellTheCaller) {
  shard_rig rig;
  const auto id = rig.ask("a1", "poison");
  rig.tick(10);
  EXPECT_EQ(rig.reply(id), "");
  rig.tick(100);
  EXPECT_EQ(rig.reply(id), "quarantined");
  rig.settle();
  EXPECT_EQ(rig.engine().describe().quarantined, 1u);
  EXPECT_EQ(rig.rows_in(table::quarantine), 1u);
  EXPECT_EQ(rig.engine().figures().restarts_by_kind[1], 4u);
}

TEST(ShardFailures, HarmNoOther) {
  shard_rig rig;
  quarantine(rig, "a1");
  const auto id = rig.ask("a2", "add 5");
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 5");
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "quarantined");
}

TEST(ShardFailures, TellCallersWhoWaitForAnAnnouncement) {
  shard_rig rig;
  const auto waiting = rig.ask("a1", "call 1 key");
  quarantine(rig, "a1");
  EXPECT_EQ(rig.reply(waiting), "quarantined");
}

TEST(ShardFailures, RefuseToSendersWhatMayBeRefused) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  quarantine(rig, "a1");
  const auto id = rig.ask("a2", "send a1 4");
  rig.settle();
  EXPECT_EQ(rig.reply(id), "bounced 4");
  EXPECT_EQ(rig.reply(rig.ask("a2", "read")), "balance 10");
}

TEST(ShardFailures, RefuseToSendersWhoWaitedForARetryInVain) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  rig.ask("a1", "poison");
  const auto id = rig.ask("a2", "send a1 4"); // Waits behind the poison.
  rig.tick(10);
  rig.tick(100);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "bounced 4");
  EXPECT_EQ(rig.rows_in(table::parked), 1u) << "the poison alone stays";
}

TEST(ShardFailures, ParkForAPersonWhatMustNotBeLost) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  quarantine(rig, "a1");
  const auto id = rig.ask("a2", "give a1 4");
  rig.settle();
  EXPECT_EQ(rig.reply(id), "");
  EXPECT_EQ(rig.rows_in(table::parked), 2u);
  EXPECT_EQ(rig.reply(rig.resolve("a1", false)), "");
  rig.settle();
  EXPECT_EQ(rig.reply(id), "sent 4");
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 4");
  EXPECT_EQ(rig.rows_in(table::parked), 0u);
  EXPECT_EQ(rig.rows_in(table::quarantine), 0u);
}

TEST(ShardFailures, DropNothingOnReleaseWhenTheFailingCommandWasRefused) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  rig.ask("a3", "add 10");
  rig.rules.trouble["a1"] = 4;
  const auto poison = rig.ask("a2", "send a1 1"); // Fails to the end; its sender gets it back.
  rig.ask("a3", "give a1 4");
  rig.tick(10);
  rig.tick(100);
  rig.settle();
  ASSERT_EQ(rig.reply(poison), "bounced 1");
  rig.crash(); // What the failing command was must not be forgotten.
  rig.resolve("a1", false);
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 4");
  EXPECT_EQ(rig.reply(rig.ask("a2", "read")), "balance 10");
  EXPECT_EQ(rig.reply(rig.ask("a3", "read")), "balance 6");
}

TEST(ShardFailures, RunTheFailingCommandAgainOnRetry) {
  shard_rig rig;
  const auto id = ask_in_trouble(rig, "a1", 4, "add 5");
  rig.tick(10);
  rig.tick(100);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "quarantined");
  const auto resolved = rig.resolve("a1", true);
  rig.settle();
  EXPECT_EQ(rig.reply(resolved), "resolved");
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 5");
}

TEST(ShardFailures, QuarantineAgainWhatFailsAgainAfterRetry) {
  shard_rig rig;
  quarantine(rig, "a1");
  rig.resolve("a1", true);
  for (int i = 0; i < 5; ++i)
    rig.tick(200);
  rig.settle();
  EXPECT_EQ(rig.engine().describe().quarantined, 1u);
  EXPECT_EQ(rig.rows_in(table::quarantine), 1u);
}

TEST(ShardFailures, ResolveOnlyWhatIsQuarantined) {
  shard_rig rig;
  EXPECT_EQ(rig.reply(rig.resolve("a1", true)), "not quarantined");
  ask_in_trouble(rig, "a1", 2, "add 5"); // Retrying is not quarantined.
  const auto id = rig.resolve("a1", false);
  rig.tick(10);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "not quarantined");
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 5");
}

TEST(ShardFailures, SurviveARestartQuarantined) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  quarantine(rig, "a1");
  rig.ask("a2", "give a1 4");
  rig.settle();
  rig.crash();
  EXPECT_EQ(rig.engine().describe().quarantined, 1u);
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "quarantined");
  rig.resolve("a1", false);
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 4");
}

TEST(ShardFailures, RunParkedCommandsAfterARestart) {
  shard_rig rig;
  ask_in_trouble(rig, "a1", 3, "add 5");
  rig.settle();
  rig.crash();
  rig.rules.trouble.clear();
  rig.tick(1);
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 5");
  EXPECT_EQ(rig.rows_in(table::parked), 0u);
}

TEST(ShardFailures, TellTheCallerOfAWaitingCommandAtItsDeadline) {
  shard_options options;
  options.restarts_max = 9;
  shard_rig rig{options};
  rig.timeout_ms = 500;
  const auto id = ask_in_trouble(rig, "a1", 5, "add 5");
  rig.tick(10);
  rig.tick(100);
  rig.tick(390);
  EXPECT_EQ(rig.reply(id), "timeout");
  rig.tick(1'000); // The fifth retry's time.
  rig.tick(10'000);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "timeout");
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 5");
}

TEST(ShardFailures, QuarantineAnEntityWhoseRowsDoNotLoad) {
  for (const auto* broken : {"unreadable", "throws"}) {
    shard_rig rig;
    rig.plant(test::wallet("a1").row(table::state), broken);
    const auto id = rig.ask("a1", "add 1");
    rig.tick(10);
    rig.tick(100);
    rig.settle();
    EXPECT_EQ(rig.reply(id), "quarantined") << broken;
    EXPECT_EQ(rig.rows().at(test::wallet("a1").row(table::state)), broken);
  }
}

/// A wallet with 5, whose row is damaged.
void damage(shard_rig& rig, const std::string& name) {
  rig.ask(name, "add 5");
  rig.settle();
  rig.damage(test::wallet(name).row(table::state));
}

TEST(ShardFailures, RefuseCommandsForARowThatCannotBeReadAndKeepNothingOfThem) {
  shard_rig rig;
  damage(rig, "a1");
  const auto before = rig.journal.size();
  for (int again = 0; again < 3; ++again) {
    const auto id = rig.ask("a1", "add 1");
    rig.tick(200);
    rig.settle();
    EXPECT_EQ(rig.reply(id), "corrupt");
  }
  EXPECT_EQ(rig.journal.size(), before) << "nothing of it is written";
  EXPECT_EQ(rig.engine().describe().quarantined, 0u);
  EXPECT_EQ(rig.engine().live().size(), 0u);
  EXPECT_EQ(rig.engine().figures().turned_away, 3u);
  EXPECT_EQ(rig.reply(rig.resolve("a1", true)), "not quarantined");
}

TEST(ShardFailures, SayNoToSendersForARowThatCannotBeRead) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  damage(rig, "a1");
  const auto id = rig.ask("a2", "send a1 4");
  rig.settle();
  EXPECT_EQ(rig.reply(id), "bounced 4");
  EXPECT_EQ(rig.reply(rig.ask("a2", "read")), "balance 10");
  EXPECT_EQ(rig.rows_in(table::quarantine) + rig.rows_in(table::parked), 0u);
}

TEST(ShardFailures, QuarantineARowThatCannotBeReadWhenWhatComesForItMustNotBeLost) {
  shard_rig rig;
  rig.ask("a2", "add 10");
  damage(rig, "a1");
  const auto gift = rig.ask("a2", "give a1 4");
  rig.tick(10);
  rig.tick(100);
  rig.settle();
  EXPECT_EQ(rig.reply(gift), "");
  EXPECT_EQ(rig.engine().describe().quarantined, 1u);
  EXPECT_EQ(rig.rows_in(table::parked), 1u);
  EXPECT_EQ(rig.reply(rig.ask("a1", "add 1")), "quarantined") << "behind what waits for a person";
}

shard_options first_of_two() {
  shard_options options;
  options.shards = 2;
  return options;
}

/// More commands for a wallet than one input may cause, from another shard. Each causes one more, to b1.
constexpr std::size_t very_many = limits::commands_per_input_max + 1;
void send_very_many(shard_rig& rig, const std::string& name, const std::string& command) {
  const auto stored = std::make_shared<const std::string>(command);
  channel_commands batch{1, {}};
  for (std::uint64_t sequence = 1; sequence <= very_many; ++sequence)
    batch.commands.push_back({sequence, test::wallet(name), stored});
  rig.engine().commands(batch, rig.instant());
  rig.engine().finish();
  rig.settle();
}

TEST(ShardFailures, RunAnyNumberOfParkedCommandsSomeAtATime) {
  const auto at_once = limits::parked_commands_per_tick_max;
  shard_rig rig{first_of_two()};
  quarantine(rig, "a1");
  send_very_many(rig, "a1", "take|b1|1|");
  ASSERT_EQ(rig.rows_in(table::parked), very_many + 1) << "with the poison";
  rig.crash();
  rig.resolve("a1", false);
  EXPECT_EQ(rig.engine().figures().turns, 2 * at_once);
  for (auto run = at_once; run < very_many; run += at_once) {
    const auto turns_before = rig.engine().figures().turns;
    rig.tick(20);
    rig.settle();
    EXPECT_LE(rig.engine().figures().turns, turns_before + 2 * at_once);
  }
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance " + std::to_string(very_many));
  EXPECT_EQ(rig.rows_in(table::parked), 0u);
}

TEST(ShardFailures, RefuseAnyNumberOfWaitingCommandsWhenQuarantinedSomeAtATime) {
  const auto at_once = limits::parked_commands_per_tick_max;
  shard_rig rig{first_of_two()};
  rig.ask("a1", "poison");
  send_very_many(rig, "a1", "receive|b1|1|");
  rig.tick(10);
  rig.tick(100);
  EXPECT_EQ(rig.engine().describe().quarantined, 1u);
  for (std::size_t refused = 0; refused < very_many / 2; refused += at_once) {
    const auto turns_before = rig.engine().figures().turns;
    rig.tick(20);
    rig.settle();
    EXPECT_LE(rig.engine().figures().turns, turns_before + at_once);
  }
  rig.crash(); // The next process goes on with the rest.
  for (std::size_t refused = 0; refused < very_many; refused += at_once)
    rig.tick(20);
  rig.settle();
  EXPECT_EQ(rig.rows_in(table::parked), 1u);
  EXPECT_EQ(rig.reply(rig.ask("b1", "read")), "balance " + std::to_string(very_many));
}

TEST(ShardFailures, PutFurtherCommandsOfOutsideOffWhenTooManyWait) {
  shard_rig rig;
  rig.ask("b1", "add 1");
  ask_in_trouble(rig, "a1", 2, "add 1");
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i)
    last = rig.ask("a1", "add 1");
  EXPECT_EQ(rig.reply(last), "overloaded");
  for (int i = 0; i < 6; ++i) // Each runs 2,000 of the 10,000.
    rig.tick(10);
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 10000");
}

} // namespace
} // namespace orderd::runtime
