// Commands that this version cannot decode, from a channel, a timer or a row: kept, shown, and run once they
// can be. And messages of a channel that nobody can have sent.
#include "runtime/entity/undecoded_command.hpp"

#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using test::shard_rig;
using test::wallet;

/// Shard 0 of two: wallets "a..." and "b...".
shard_options first_of_two() {
  shard_options options;
  options.shards = 2;
  return options;
}

channel_commands from_the_other(std::uint64_t sequence, std::string_view to, std::string stored) {
  return {1, {{sequence, wallet(to), std::make_shared<const std::string>(std::move(stored))}}};
}

void take(shard_rig& rig, const channel_commands& batch) {
  rig.engine().commands(batch, rig.instant());
  rig.engine().finish();
}

void let_all_tries_fail(shard_rig& rig) {
  for (int i = 0; i < 5; ++i)
    rig.tick(200);
  rig.settle();
}

quarantine_entry entry_of(const shard_rig& rig, std::string_view name) {
  const auto entry = parse_quarantine_value(rig.rows().at(quarantine_row_key(wallet(name))));
  EXPECT_TRUE(entry);
  return entry ? *entry : quarantine_entry{};
}

TEST(UndecodedCommand, IsKeptWithItsBytesAndStopsItsEntityAlone) {
  shard_rig rig{first_of_two()};
  take(rig, from_the_other(1, "a1", "new:add||5|"));
  take(rig, from_the_other(2, "b1", "add||7|"));
  let_all_tries_fail(rig);
  EXPECT_EQ(rig.reply(rig.ask("b1", "read")), "balance 7");
  EXPECT_EQ(rig.acknowledgements.back(), (shard_rig::acknowledgement{1, 2, false}));
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "quarantined");
  EXPECT_EQ(entry_of(rig, "a1").command_name, "undecodable");
  EXPECT_EQ(entry_of(rig, "a1").error, "no wallet command");
  const auto parked = rig.rows().at(to_row(parked_key{wallet("a1"), entry_of(rig, "a1").poison}));
  EXPECT_EQ(*parse_parked_value(parked), "new:add||5|");
}

TEST(UndecodedCommand, DoesNotStopTheNextStarts) {
  shard_rig rig{first_of_two()};
  take(rig, from_the_other(1, "a1", "new:add||5|"));
  rig.settle();
  rig.crash(); // Before it is quarantined, ...
  let_all_tries_fail(rig);
  rig.crash(); // ... and after.
  EXPECT_EQ(rig.engine().describe().quarantined, 1u);
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "quarantined");
}

TEST(UndecodedCommand, GoesOnByItselfInAVersionThatCanDecodeIt) {
  shard_rig rig{first_of_two()};
  take(rig, from_the_other(1, "a1", "new:add||5|"));
  take(rig, from_the_other(2, "a1", "take|c1|2|")); // Waits behind it.
  let_all_tries_fail(rig);
  rig.rules.newer = true;
  rig.crash();
  rig.tick(20);
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 7");
  EXPECT_EQ(rig.rows_in(table::parked), 0u);
  EXPECT_EQ(rig.rows_in(table::quarantine), 0u);
}

TEST(UndecodedCommand, IsTriedAgainOrDroppedByAPerson) {
  shard_rig rig{first_of_two()};
  take(rig, from_the_other(1, "a1", "new:add||5|"));
  let_all_tries_fail(rig);
  EXPECT_EQ(rig.reply(rig.resolve("a1", true)), "");
  let_all_tries_fail(rig);
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "quarantined") << "it still cannot be decoded";
  rig.resolve("a1", false);
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 0");
}

TEST(UndecodedCommand, OfATimerIsKeptToo) {
  shard_rig rig{first_of_two()};
  rig.plant(to_row(timer_key{rig.now + 100, wallet("a1"), 1}), timer_value("new:add||5|"));
  rig.tick(100);
  let_all_tries_fail(rig);
  EXPECT_EQ(rig.rows_in(table::timer), 0u);
  EXPECT_EQ(rig.rows_in(table::parked), 1u);
  EXPECT_EQ(entry_of(rig, "a1").command_name, "undecodable");
}

TEST(UndecodedCommand, AndNoBatchOfAShardThatCannotSendItChangesAnything) {
  shard_rig rig{first_of_two()};
  rig.settle();
  const auto before = rig.journal.size();
  for (const auto source : {0u, 2u, 63u}) { // Itself, and shards that there are not.
    auto batch = from_the_other(1, "a1", "add||5|");
    batch.source = source;
    take(rig, batch);
    rig.engine().acknowledged({source, 9, false});
  }
  take(rig, from_the_other(1, "c1", "add||5|")); // For an entity of the other shard.
  rig.settle();
  EXPECT_EQ(rig.journal.size(), before);
  take(rig, from_the_other(1, "a1", "add||5|"));
  rig.settle();
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 5");
}

} // namespace
} // namespace orderd::runtime
