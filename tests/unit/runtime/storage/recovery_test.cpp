// Recovery: the journal's rest is applied, and histories that cannot be are refused with a diagnosis.
#include "runtime/storage/recovery.hpp"

#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::HasSubstr;

epoch_ptr numbered(std::uint64_t number, std::uint64_t term = 1, std::uint64_t previous_term = 1) {
  epoch out;
  out.term = term;
  out.number = number;
  out.previous_term = number == 1 ? 0 : previous_term;
  out.writes.push_back(write(table::state, "last", std::to_string(number)));
  return std::make_shared<const epoch>(std::move(out));
}

class Recovery : public testing::Test {
protected:
  /// Puts epochs into the journal, and the first `applied` of them into the state.
  void store(const std::vector<epoch_ptr>& epochs, std::size_t applied = 0) {
    auto store = disk_.open();
    ASSERT_TRUE(store->journal().replay([](const epoch_ptr&) { return result<void>{}; }));
    ASSERT_TRUE(append(store->journal(), epochs));
    ASSERT_TRUE(store->state(0).apply(std::span{epochs}.first(applied)));
  }
  std::string refusal() {
    auto store = disk_.open();
    const auto done = recover(*store);
    if (done)
      return "it recovered";
    EXPECT_EQ(done.error().code, fault_code::corrupt);
    return done.error().message;
  }

  memory_disk disk_{2};
};

template <class Harness>
class RecoveryOn : public testing::Test {
protected:
  Harness disk{2};
};
using implementations = testing::Types<lmdb_harness, memory_harness>;
TYPED_TEST_SUITE(RecoveryOn, implementations);

TYPED_TEST(RecoveryOn, AppliesWhatTheStatesLack) {
  {
    auto store = this->disk.open();
    ASSERT_TRUE(recover(*store));
    const std::vector epochs{numbered(1), make_epoch(1, 1, {write(table::state, "other", "1")}), numbered(2),
                             numbered(3, 4, 1)};
    ASSERT_TRUE(append(store->journal(), epochs));
    ASSERT_TRUE(store->state(0).apply(std::vector{epochs[0]}));
  }
  auto store = this->disk.open();
  const auto done = recover(*store);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(done->size(), 2u);
  EXPECT_EQ((*done)[0].last.epoch, 3u);
  EXPECT_EQ((*done)[0].last.term, 4u);
  EXPECT_EQ((*done)[1].shard, 1u);
  EXPECT_EQ((*done)[1].last.epoch, 1u);
  EXPECT_EQ(store->state(0).applied_epoch(), 3u);
  EXPECT_EQ(read(store->state(0), {table::state, "last"}), "3");
  EXPECT_EQ(read(store->state(1), {table::state, "other"}), "1");
  const auto bytes = store->journal().size_bytes();
  ASSERT_TRUE(append(store->journal(), {numbered(4, 4, 4)}));
  EXPECT_LT(store->journal().size_bytes(), bytes) << "what is applied may be trimmed";
}

TEST_F(Recovery, BeginsANewNodeAtNothing) {
  auto store = disk_.open();
  const auto done = recover(*store);
  ASSERT_TRUE(done);
  EXPECT_EQ((*done)[1].shard, 1u);
  EXPECT_EQ((*done)[1].last.epoch, 0u);
  EXPECT_EQ((*done)[1].last.term, 0u);
}

TEST_F(Recovery, AcceptsAJournalTrimmedBehindTheState) {
  store({numbered(1), numbered(2), numbered(3)}, 3);
  disk_.lose_record(0);
  disk_.lose_record(0);
  auto store = disk_.open();
  const auto done = recover(*store);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ((*done)[0].last.epoch, 3u);
}

TEST_F(Recovery, RefusesAGapInTheJournal) {
  store({numbered(1), numbered(2), numbered(3)});
  disk_.lose_record(1);
  EXPECT_THAT(refusal(), HasSubstr("epoch 2 is missing; the journal goes on with 3"));
}

TEST_F(Recovery, RefusesAGapBetweenStateAndJournal) {
  store({numbered(1), numbered(2), numbered(3)}, 1);
  disk_.lose_record(0);
  disk_.lose_record(0);
  EXPECT_THAT(refusal(), HasSubstr("epoch 2 is missing"));
}

TEST_F(Recovery, RefusesAGapBelowWhatIsApplied) {
  store({numbered(1), numbered(2), numbered(3)}, 3);
  disk_.lose_record(1);
  EXPECT_THAT(refusal(), HasSubstr("epoch 2 is missing"));
}

TEST_F(Recovery, RefusesAWrongPreviousTerm) {
  store({numbered(1), numbered(2, 3, 2)});
  EXPECT_THAT(refusal(), HasSubstr("epoch 2 follows one of term 2, but epoch 1 is of term 1"));
}

TEST_F(Recovery, RefusesAnEpochOfAnotherTermThanTheStateHas) {
  store({numbered(1), numbered(2)}, 2);
  {
    auto other = disk_.open();
    ASSERT_TRUE(other->journal().replay([](const epoch_ptr&) { return result<void>{}; }));
    ASSERT_TRUE(append(other->journal(), {numbered(2, 9)}));
  }
  disk_.lose_record(0);
  disk_.lose_record(0);
  EXPECT_THAT(refusal(), HasSubstr("epoch 2 is of term 9 in the journal, of term 1 in the state"));
}

TEST_F(Recovery, RefusesAJournalOlderThanTheState) {
  store({numbered(1), numbered(2), numbered(3)}, 3);
  disk_.lose_record(2);
  EXPECT_THAT(refusal(), HasSubstr("the journal ends at epoch 2, but the state has 3"));
}

TYPED_TEST(RecoveryOn, RefusesAStateBehindWhatTheJournalGaveBack) {
  {
    auto store = this->disk.open();
    ASSERT_TRUE(recover(*store));
    ASSERT_TRUE(append(store->journal(), {numbered(1), numbered(2)}));
    store->journal().trim(0, 2); // though the state has neither
    ASSERT_TRUE(append(store->journal(), {make_epoch(1, 1, {})}));
    ASSERT_TRUE(append(store->journal(), {make_epoch(1, 2, {})}));
    EXPECT_EQ(store->journal().trimmed(0).epoch, 2u);
  }
  auto store = this->disk.open();
  const auto done = recover(*store);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, fault_code::corrupt);
  EXPECT_THAT(
      done.error().message,
      HasSubstr("the state has epoch 0, but the journal was trimmed up to 2: the state is an older one"));
}

TYPED_TEST(RecoveryOn, ForgetsHowFarItWasTrimmedWhenAnotherHistoryBegins) {
  {
    auto store = this->disk.open();
    ASSERT_TRUE(recover(*store));
    ASSERT_TRUE(append(store->journal(), {numbered(1), numbered(2)}));
    store->journal().trim(0, 2);
    ASSERT_TRUE(append(store->journal(), {make_epoch(1, 1, {})}));
    ASSERT_TRUE(store->journal().append(std::vector<journal_entry>{shard_note{0, 0, "copying"}}));
    ASSERT_TRUE(append(store->journal(), {make_epoch(1, 2, {})}));
    EXPECT_EQ(store->journal().trimmed(0).epoch, 0u);
  }
  auto store = this->disk.open();
  EXPECT_TRUE(recover(*store)) << "an empty copy is not a state that went back";
}

TEST_F(Recovery, RefusesADamagedRecordAndAppliesNothingAfterIt) {
  store({numbered(1), numbered(2), numbered(3)});
  disk_.damage_record(1, 20);
  EXPECT_THAT(refusal(), HasSubstr("wrong checksum"));
  auto store = disk_.open();
  EXPECT_EQ(store->state(0).applied_epoch(), 0u);
}

TEST_F(Recovery, RefusesAnEpochOfAShardThatIsNotThere) {
  store({make_epoch(7, 1, {})});
  EXPECT_THAT(refusal(), HasSubstr("an epoch of shard 7, but there are 2"));
}

TEST_F(Recovery, HandsOnAFailedApply) {
  store({numbered(1)});
  disk_.fail_apply(1);
  auto store = disk_.open();
  EXPECT_FALSE(recover(*store));
}

} // namespace
} // namespace orderd::test
