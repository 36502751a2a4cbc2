#include "runtime/shard/epoch_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::runtime {
namespace {

constexpr replica_id self{1, 1};
const row_key key_a{table::state, "a"};
const row_key key_b{table::state, "b"};

epoch_builder begun_after(epoch_mark last = {}) {
  return epoch_builder{{.shard = 3, .term = 5, .self = self, .last = last}};
}

/// Answers request `id`, as an input does that has read the newest rows.
void answer(epoch_builder& epochs, std::uint64_t id, bool rows_follow = false) {
  epochs.owed(rows_follow).replies.push_back({{1, id}, reply_outcome::ok, nullptr});
}

std::string ids_in(const shard_outputs& outputs) {
  std::string all;
  for (const auto& each : outputs.replies)
    all += std::to_string(each.to.request_id) + ' ';
  return all;
}

/// What leaves now that rests on nothing uncommitted.
std::string ready(epoch_builder& epochs) {
  return ids_in(epochs.take_ready());
}

std::string newest(const epoch_builder& epochs, const row_key& key) {
  const auto* write = epochs.newest(key);
  if (write == nullptr)
    return "unknown";
  return write->value.value_or("erased");
}

/// Commits the epoch under way.
epoch_builder::committed_epoch commit(epoch_builder& epochs) {
  auto done = epochs.durable(self, epochs.last().epoch);
  require(done.has_value(), "the epoch is not committed");
  return *std::move(done);
}

TEST(EpochBuilder, ChainsEpochsToTheOneBefore) {
  auto epochs = begun_after({.epoch = 7, .term = 4, .hash = 99});
  epochs.put(key_a, "1");
  const auto first = epochs.close(1'000).what;
  EXPECT_EQ(first->shard, 3u);
  EXPECT_EQ(first->term, 5u);
  EXPECT_EQ(first->number, 8u);
  EXPECT_EQ(first->previous_term, 4u);
  EXPECT_EQ(first->previous_hash, 99u);
  EXPECT_EQ(first->time_ms, 1'000);
  commit(epochs);
  const auto second = epochs.close(2'000).what;
  EXPECT_EQ(second->number, 9u);
  EXPECT_EQ(second->previous_term, 5u);
  EXPECT_EQ(second->previous_hash, hash_of(*first));
}

TEST(EpochBuilder, ClosesTheRowsOfTheOpenEpochWithTheirBytes) {
  auto epochs = begun_after();
  EXPECT_TRUE(epochs.is_empty());
  epochs.put(key_a, "1");
  epochs.put(key_b, "2");
  epochs.erase(key_a);
  EXPECT_FALSE(epochs.is_empty());
  const auto closed = epochs.close(1'000);
  ASSERT_EQ(closed.what->writes.size(), 2u);
  EXPECT_FALSE(closed.what->writes[0].value);
  EXPECT_EQ(closed.what->writes[1].value, "2");
  EXPECT_GT(closed.bytes, 0u);
  EXPECT_TRUE(epochs.is_empty());
}

TEST(EpochBuilder, IsFullAboveTheLimitUntilItIsClosed) {
  auto epochs = begun_after();
  epochs.put(key_a, std::string(limits::epoch_bytes_max / 2, 'x'));
  EXPECT_FALSE(epochs.is_full());
  epochs.put(key_b, std::string(limits::epoch_bytes_max / 2, 'x'));
  EXPECT_TRUE(epochs.is_full());
  epochs.close(1'000);
  EXPECT_FALSE(epochs.is_full());
}

TEST(EpochBuilder, ShowsTheNewestRowWhereverItIs) {
  auto epochs = begun_after();
  EXPECT_EQ(newest(epochs, key_a), "unknown");
  epochs.put(key_a, "1");
  EXPECT_EQ(newest(epochs, key_a), "1") << "open";
  epochs.close(1'000);
  EXPECT_EQ(newest(epochs, key_a), "1") << "under way";
  epochs.erase(key_a);
  EXPECT_EQ(newest(epochs, key_a), "erased") << "in the open one, though there is a value in an older one";
  commit(epochs);
  epochs.close(2'000);
  commit(epochs);
  EXPECT_EQ(newest(epochs, key_a), "erased") << "committed";
  epochs.applied(2);
  epochs.forget_applied(100);
  EXPECT_EQ(newest(epochs, key_a), "unknown") << "applied";
}

TEST(EpochBuilder, ForgetsNothingThatIsNotApplied) {
  auto epochs = begun_after();
  epochs.put(key_a, "1");
  epochs.close(1'000);
  commit(epochs);
  EXPECT_GT(epochs.unapplied_bytes(), 0u);
  epochs.forget_applied(100);
  EXPECT_EQ(newest(epochs, key_a), "1");
  epochs.applied(1);
  EXPECT_EQ(epochs.last_applied(), 1u);
  epochs.forget_applied(100);
  EXPECT_EQ(epochs.unapplied_bytes(), 0u);
}

/// What an answer waits for, by where the newest rows are when it is given (S1).
struct owed_rule {
  const char* when;
  bool under_way;    ///< an epoch is closed and not committed
  bool open_rows;    ///< the open epoch has rows
  bool rows_follow;  ///< or will have some of this input
  const char* waits; ///< for the commit of which epoch
};

const owed_rule owed_rules[] = {
    {"everything is committed", false, false, false, "nothing"},
    {"the newest rows are under way", true, false, false, "the first"},
    {"the newest rows are open", false, true, false, "the first"},
    {"the newest rows are open, behind some under way", true, true, false, "the second"},
    {"rows of this input follow", false, false, true, "the first"},
    {"rows of this input follow, behind some under way", true, false, true, "the second"},
};

TEST(EpochBuilder, HoldsAnAnswerUntilEverythingItMayRestOnIsCommitted) {
  for (const auto& rule : owed_rules) {
    auto epochs = begun_after();
    if (rule.under_way) {
      epochs.put(key_a, "1");
      epochs.close(1'000);
    }
    if (rule.open_rows)
      epochs.put(key_b, "2");
    answer(epochs, 7, rule.rows_follow);
    if (rule.rows_follow)
      epochs.put(key_b, "2");
    std::string waits = ready(epochs) == "7 " ? "nothing" : "";
    for (const auto* which : {"the first", "the second"}) {
      if (!epochs.is_committing() && !epochs.is_empty())
        epochs.close(2'000);
      if (!epochs.is_committing())
        break;
      if (ids_in(commit(epochs).outputs) == "7 ")
        waits += which;
    }
    EXPECT_EQ(waits, rule.waits) << rule.when;
  }
}

TEST(EpochBuilder, LetsGoAtOnceWhatRestsOnNothing) {
  auto epochs = begun_after();
  epochs.put(key_a, "1");
  epochs.ready().replies.push_back({{1, 7}, reply_outcome::ok, nullptr});
  EXPECT_EQ(ready(epochs), "7 ");
  EXPECT_EQ(ready(epochs), "") << "twice";
}

TEST(EpochBuilder, LetsGoWhatWasHeldWithRowsThatCameAndWent) {
  auto epochs = begun_after();
  epochs.put(key_a, "1", write_set::known::fresh);
  answer(epochs, 7);
  epochs.owed().acknowledgements[2] = 9;
  EXPECT_EQ(ready(epochs), "");
  epochs.erase(key_a);
  ASSERT_TRUE(epochs.is_empty());
  epochs.let_go_unowed();
  const auto outputs = epochs.take_ready();
  EXPECT_EQ(ids_in(outputs), "7 ");
  EXPECT_EQ(outputs.acknowledgements.at(2), 9u);
}

TEST(EpochBuilder, LetsNoCommandGoWithoutItsRow) {
  auto epochs = begun_after();
  epochs.send(2, {1, entity_id{1, "x"}, nullptr});
  EXPECT_THROW(epochs.let_go_unowed(), bug);
}

TEST(EpochBuilder, SendsCommandsAndCallsWithTheCommitOfTheirRows) {
  auto epochs = begun_after();
  epochs.put(key_a, "1");
  epochs.close(1'000);
  epochs.put(key_b, "2");
  epochs.send(2, {4, entity_id{1, "x"}, nullptr});
  epochs.send(2, {5, entity_id{1, "x"}, nullptr});
  epochs.call({entity_id{1, "x"}, {}});
  EXPECT_TRUE(commit(epochs).outputs.empty()) << "they have rows in the open epoch";
  epochs.close(2'000);
  const auto done = commit(epochs);
  EXPECT_EQ(done.outputs.commands.at(2).size(), 2u);
  EXPECT_EQ(done.outputs.calls.size(), 1u);
  EXPECT_EQ(done.sent_upto.at(2), 5u);
}

TEST(EpochBuilder, CommitsAnEpochOnceAndOnlyByItsReplica) {
  auto epochs = begun_after();
  epochs.put(key_a, "1");
  const auto closed = epochs.close(1'000).what;
  EXPECT_FALSE(epochs.durable({2, 1}, 1)) << "a stranger";
  EXPECT_FALSE(epochs.durable({1, 2}, 1)) << "another incarnation";
  EXPECT_FALSE(epochs.durable(self, 0)) << "the one before";
  EXPECT_EQ(epochs.last_committed(), 0u);
  const auto done = epochs.durable(self, 1);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->what, closed);
  EXPECT_FALSE(epochs.durable(self, 1)) << "twice";
  EXPECT_EQ(epochs.last_committed(), 1u);
}

TEST(EpochBuilder, HasOneEpochUnderWayAtATime) {
  auto epochs = begun_after();
  epochs.close(1'000);
  EXPECT_TRUE(epochs.is_committing());
  EXPECT_THROW(epochs.close(2'000), bug);
}

TEST(EpochBuilder, SaysWhichEpochHasEveryRow) {
  auto epochs = begun_after({.epoch = 7});
  EXPECT_EQ(epochs.epoch_of_newest_row(), 7u);
  epochs.put(key_a, "1");
  EXPECT_EQ(epochs.epoch_of_newest_row(), 8u);
  epochs.close(1'000);
  EXPECT_EQ(epochs.epoch_of_newest_row(), 8u);
}

} // namespace
} // namespace orderd::runtime
