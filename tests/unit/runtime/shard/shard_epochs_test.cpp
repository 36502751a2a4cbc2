// Epochs of a shard: what is in one, when it closes, and what leaves when.
#include "config/limits.hpp"
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using test::shard_rig;
using way = test::wallet_query::way;

/// Values of the state rows in one epoch, "a1=5 ;a2=3 ;" sorted by key.
std::string states_in(const epoch& what) {
  test::row_map rows;
  test::apply_to(rows, what);
  std::string all;
  for (const auto& [key, value] : rows)
    if (key.in() == table::state)
      all += std::string{key.key().substr(1)} + '=' + value + ';';
  return all;
}

TEST(ShardEpochs, AnswerOnlyWhenTheEpochIsDurable) {
  shard_rig rig;
  const auto id = rig.ask("a1", "add 5");
  ASSERT_TRUE(rig.appended);
  EXPECT_EQ(rig.reply(id), "");
  rig.commit();
  EXPECT_EQ(rig.reply(id), "balance 5");
}

TEST(ShardEpochs, AreNumberedFromOneWithoutGapsAndChainTheirTerms) {
  shard_options options;
  options.term = 3;
  shard_rig rig{options};
  for (int i = 0; i < 3; ++i) {
    rig.ask("a1", "add 5");
    rig.commit();
  }
  ASSERT_EQ(rig.journal.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(rig.journal[i]->number, i + 1);
    EXPECT_EQ(rig.journal[i]->term, 3u);
    EXPECT_EQ(rig.journal[i]->previous_term, i == 0 ? 0u : 3u);
  }
}

TEST(ShardEpochs, GatherWhatComesWhileTheJournalIsBusy) {
  shard_rig rig;
  rig.ask("a1", "add 1");
  const auto second = rig.ask("a1", "add 2");
  const auto third = rig.ask("a2", "add 3");
  rig.commit();
  EXPECT_EQ(rig.reply(second), "");
  ASSERT_TRUE(rig.appended);
  EXPECT_EQ(states_in(*rig.appended), "a1=3 ;a2=3 ;");
  rig.commit();
  EXPECT_EQ(rig.reply(second), "balance 3");
  EXPECT_EQ(rig.reply(third), "balance 3");
}

TEST(ShardEpochs, HoldBothSidesOfATransferOrNone) {
  shard_rig rig;
  rig.ask("a1", "add 10");
  const auto id = rig.ask("a1", "send a2 4");
  rig.commit();
  ASSERT_TRUE(rig.appended);
  EXPECT_EQ(states_in(*rig.appended), "a1=6 ;a2=4 ;");
  rig.commit();
  EXPECT_EQ(rig.reply(id), "sent 4");
}

TEST(ShardEpochs, KeepTheLastValueOfARowOnly) {
  shard_rig rig;
  rig.ask("b1", "add 1");
  for (int i = 0; i < 100; ++i)
    rig.ask("a1", "add 1");
  rig.commit();
  ASSERT_TRUE(rig.appended);
  EXPECT_EQ(rig.appended->writes.size(), 1u);
  EXPECT_EQ(states_in(*rig.appended), "a1=100 ;");
}

TEST(ShardEpochs, AnswerInTheOrderAsked) {
  shard_rig rig;
  std::vector<std::uint64_t> asked;
  for (int i = 0; i < 20; ++i)
    asked.push_back(rig.ask(i % 2 == 0 ? "a1" : "a2", i % 3 == 0 ? "read" : "add 1"));
  rig.settle();
  std::vector<std::uint64_t> answered;
  for (const auto& [id, body] : rig.replies)
    answered.push_back(id);
  EXPECT_EQ(answered, asked);
}

TEST(ShardEpochs, WriteNothingForACommandThatChangesNothing) {
  shard_rig rig;
  const auto id = rig.ask("a1", "read");
  EXPECT_FALSE(rig.appended);
  EXPECT_EQ(rig.reply(id), "balance 0");
}

TEST(ShardEpochs, HoldAReadUntilWhatItSawIsDurable) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  const auto of_the_one_under_way = rig.ask("a1", "read");
  EXPECT_EQ(rig.reply(of_the_one_under_way), "");
  rig.ask("a1", "add 5");
  const auto of_the_open_one = rig.query("a1", way::row);
  rig.commit();
  EXPECT_EQ(rig.reply(of_the_one_under_way), "balance 5");
  EXPECT_EQ(rig.reply(of_the_open_one), "");
  rig.commit();
  EXPECT_EQ(rig.reply(of_the_open_one), "10 ");
}

TEST(ShardEpochs, ShowQueriesTheNewestRowWhereverItIs) {
  shard_rig rig;
  EXPECT_EQ(rig.reply(rig.query("a1", way::row)), "none");
  rig.ask("a1", "add 1");
  rig.settle();
  EXPECT_EQ(rig.reply(rig.query("a1", way::row)), "1 "); // state store
  rig.ask("a1", "add 1");
  rig.commit();
  EXPECT_EQ(rig.reply(rig.query("a1", way::row)), "2 "); // committed, not applied
}

TEST(ShardEpochs, LetAScanWaitUntilEverythingBeforeItIsApplied) {
  shard_rig rig;
  rig.ask("a1", "add 1");
  rig.ask("a2", "add 2");
  const auto scan = rig.query("", way::scan);
  EXPECT_GT(rig.apply_now_asked, 0);
  rig.commit();
  rig.apply_all();
  EXPECT_EQ(rig.reply(scan), "") << "the second epoch is not applied yet";
  const auto asked_before = rig.apply_now_asked;
  rig.commit();
  EXPECT_GT(rig.apply_now_asked, asked_before);
  EXPECT_EQ(rig.reply(scan), "");
  rig.apply_all();
  EXPECT_EQ(rig.reply(scan), "a1=1 ;a2=2 ;");
}

TEST(ShardEpochs, AnswerAScanAtOnceWhenAllIsApplied) {
  shard_rig rig;
  rig.ask("a1", "add 1");
  rig.settle();
  EXPECT_EQ(rig.reply(rig.query("", way::scan)), "a1=1 ;");
}

TEST(ShardEpochs, AnswerAQueryThatFailsAndGoOn) {
  shard_rig rig;
  EXPECT_EQ(rig.reply(rig.query("a1", way::throws)), "internal");
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 0");
}

TEST(ShardEpochs, HoldAnAnswerUntilTheTimersAndMarksOfItsTurnAreDurable) {
  for (const auto* command : {"alarm 1 9000000000000 add 5", "open", "index row"}) {
    shard_rig rig;
    const auto id = rig.ask("a1", command); // Writes nothing else.
    ASSERT_TRUE(rig.appended) << command;
    EXPECT_EQ(rig.reply(id), "") << command;
    rig.commit();
    EXPECT_EQ(rig.reply(id), "done") << command;
  }
}

TEST(ShardEpochs, KeepTheLastValueOfAnIndexRowThatOneTurnWritesTwice) {
  shard_rig rig;
  rig.ask("a1", "index row");
  rig.settle();
  EXPECT_EQ(rig.rows().at({table::index, "row"}), "last");
}

TEST(ShardEpochs, LetGoWhatWasHeldWithRowsThatCameAndWent) {
  shard_rig rig;
  rig.ask("b1", "add 1"); // The journal is busy from here.
  rig.rules.trouble["a1"] = 2;
  const auto retried = rig.ask("a1", "read"); // Fails twice: a row keeps it until its next try.
  const auto held = rig.ask("a2", "read");    // Held with the open epoch for that row's sake.
  rig.tick(20);                               // The try works and erases the row: nothing is left to write.
  rig.settle();
  EXPECT_EQ(rig.reply(retried), "balance 0");
  EXPECT_EQ(rig.reply(held), "balance 0");
}

TEST(ShardEpochs, TakeNoMoreRequestsThanTheirBytesAllowAndLoseNone) {
  shard_rig rig;
  const auto filling = "fill " + std::to_string(limits::epoch_bytes_max / 2 + 1);
  std::vector<std::uint64_t> asked;
  rig.ask("b1", "add 1");
  for (const auto* name : {"a1", "a2", "a3", "a4", "a5", "a6"})
    asked.push_back(rig.ask(name, filling));
  int epochs = 0;
  while (rig.appended) {
    EXPECT_LE(rig.appended->writes.size(), 2u);
    rig.commit();
    ++epochs;
  }
  EXPECT_EQ(epochs, 4);
  for (const auto id : asked)
    EXPECT_EQ(rig.reply(id), "done");
}

TEST(ShardEpochs, GatherFromTheBacklogWhileTheJournalIsBusy) {
  shard_rig rig;
  const auto filling = "fill " + std::to_string(limits::epoch_bytes_max + 1);
  rig.ask("b1", "add 1");
  rig.ask("a1", filling);
  rig.ask("a2", "add 1");
  rig.commit(); // The filled epoch closes; the next one opens with what waited.
  rig.query("a2", way::row);
  rig.commit();
  ASSERT_TRUE(rig.appended);
  EXPECT_EQ(states_in(*rig.appended), "a2=1 ;");
}

TEST(ShardEpochs, LoseNothingAcknowledgedAndKeepNothingElseInACrash) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  rig.settle();
  rig.ask("a1", "add 7");
  rig.commit(); // Durable, never applied.
  const auto lost = rig.ask("a1", "add 9");
  rig.crash();
  EXPECT_EQ(rig.reply(lost), "");
  EXPECT_EQ(rig.reply(rig.ask("a1", "read")), "balance 12");
  EXPECT_FALSE(rig.appended) << "starting wrote something";
}

TEST(ShardEpochs, GoOnWithTheNextNumberAfterACrash) {
  shard_rig rig;
  rig.ask("a1", "add 5");
  rig.settle();
  rig.crash();
  rig.ask("a1", "add 5");
  ASSERT_TRUE(rig.appended);
  EXPECT_EQ(rig.appended->number, 2u);
  EXPECT_EQ(rig.engine().describe().committed_epoch, 1u);
}

TEST(ShardEpochs, DescribeThemselves) {
  shard_rig rig;
  rig.ask("a1", "open");
  rig.commit();
  const auto how = rig.engine().describe();
  EXPECT_EQ(how.committed_epoch, 1u);
  EXPECT_EQ(how.applied_epoch, 0u);
  EXPECT_EQ(how.live_entities, 1u);
  EXPECT_EQ(how.unsettled, 1u);
  EXPECT_GT(how.unapplied_bytes, 0u);
  rig.apply_all();
  rig.tick(20);
  EXPECT_EQ(rig.engine().describe().unapplied_bytes, 0u);
}

// -- how large an epoch may become ---------------------------------------------------------------

/// Every kind of input while a commit takes long; the epochs must all fit a frame between nodes.
class ShardEpochSize : public testing::Test {
protected:
  ShardEpochSize() : rig_{first_of_two()} {
    rig_.ask("a", "add 1"); // From here on an epoch is under way.
  }
  static shard_options first_of_two() {
    shard_options options;
    options.shards = 2;
    return options;
  }
  static std::string name(int i) { return "a" + std::to_string(i); }
  /// Commits everything there is; the size of the largest epoch.
  std::size_t largest() {
    std::size_t most = 0;
    for (int quiet = 0; quiet < 3; ++quiet) {
      for (; rig_.appended; quiet = 0) {
        most = std::max(most, encode_epoch(*rig_.appended).size());
        rig_.commit();
        rig_.apply_all();
      }
      rig_.tick(20);
    }
    return most;
  }
  std::size_t filled() const {
    const auto all = rig_.rows();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& row) {
      return row.first.in() == table::state && row.second.size() > filling;
    }));
  }

  static constexpr int many = 2'000;
  static constexpr std::size_t filling = 10'000; // 20 MB in all
  const std::string fill_ = "fill 10000";
  shard_rig rig_;
};

constexpr std::size_t epoch_bytes_at_most = limits::peer_frame_bytes_max / 2;

TEST_F(ShardEpochSize, IsBoundedForCommandsOfOtherShards) {
  channel_commands batch{1, {}};
  for (int i = 0; i < many; ++i)
    batch.commands.push_back({static_cast<std::uint64_t>(i + 1), test::wallet(name(i)),
                              std::make_shared<const std::string>("fill||10000|")});
  for (int sent = 0; sent < 20; ++sent) { // They are sent again until they are acknowledged.
    rig_.engine().commands(batch, rig_.instant());
    rig_.engine().finish();
    EXPECT_LT(largest(), epoch_bytes_at_most);
  }
  EXPECT_EQ(filled(), static_cast<std::size_t>(many));
  EXPECT_EQ(rig_.acknowledgements.back().upto, static_cast<std::uint64_t>(many));
}

TEST_F(ShardEpochSize, IsBoundedForTimers) {
  for (int i = 0; i < many; ++i)
    rig_.ask(name(i), "alarm 1 " + std::to_string(rig_.engine().time() + 500) + ' ' + fill_);
  EXPECT_LT(largest(), epoch_bytes_at_most);
  rig_.ask("a", "add 1");
  rig_.tick(1'000);
  EXPECT_LT(largest(), epoch_bytes_at_most);
  EXPECT_EQ(filled(), static_cast<std::size_t>(many));
}

TEST_F(ShardEpochSize, IsBoundedForAnswersOfTheProvider) {
  for (int i = 0; i < many; ++i)
    rig_.ask(name(i), fill_);
  for (int i = 0; i < many; ++i)
    rig_.ask(name(i), "call 1 key");
  EXPECT_LT(largest(), epoch_bytes_at_most);
  rig_.ask("a", "add 1");
  ASSERT_EQ(rig_.calls.size(), static_cast<std::size_t>(many));
  for (const auto& each : rig_.calls) { // Each writes its wallet again.
    rig_.engine().answered({each.entity, 1, "yes"}, rig_.instant());
    rig_.engine().finish();
  }
  EXPECT_LT(largest(), epoch_bytes_at_most);
  EXPECT_EQ(rig_.rows_in(table::call), 0u);
}

TEST_F(ShardEpochSize, IsBoundedForRetries) {
  for (int i = 0; i < many; ++i) {
    rig_.rules.trouble[name(i)] = 2;
    rig_.ask(name(i), fill_);
  }
  rig_.tick(20);
  EXPECT_LT(largest(), epoch_bytes_at_most);
  EXPECT_EQ(filled(), static_cast<std::size_t>(many));
}

} // namespace
} // namespace orderd::runtime
