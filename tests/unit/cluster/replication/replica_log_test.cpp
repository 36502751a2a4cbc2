// What a replica's journal holds, and what of it is durable, committed, applied (A6, A7, D4, D6, D8).
#include "cluster/replication/replica_log.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using runtime::bug;
using runtime::epoch_ptr;
using test::make_epoch;
using test::numbers_of;

constexpr auto all = std::numeric_limits<std::uint64_t>::max();
using numbers = std::vector<std::uint64_t>;

class ReplicaLog : public testing::Test {
protected:
  /// Epochs 1 and 2 of term 1, applied; 3 and 4 of term 3, of which nobody knows whether they are committed.
  void open() { open({.applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}, {3, 3}}}); }
  void open(const replica_start& disk) { log_.emplace(disk, limits_, port_, start_); }

  /// Epochs of term 1 from 1 on, durable and committed.
  void fill(std::uint64_t upto) {
    open({});
    for (std::uint64_t number = 1; number <= upto; ++number)
      log_->append(make_epoch(1, number, number == 1 ? 0 : 1));
    log_->journaled(upto);
    log_->commit(upto);
  }

  /// The numbers fetched, when that is done at once.
  std::optional<numbers> fetched(std::uint64_t first, std::size_t bytes_max = 1u << 20) {
    std::optional<numbers> out;
    log_->fetch(first, bytes_max, [&out](const std::vector<epoch_ptr>& epochs) { out = numbers_of(epochs); });
    log_->forget_reads(); // `out` ends here.
    return out;
  }

  const steady_time start_{1h};
  const std::size_t size_ = runtime::record_bytes(*make_epoch(1, 1, 0));
  log_limits limits_;
  test::noting_port port_;
  std::optional<replica_log> log_;
};

TEST_F(ReplicaLog, BeginsWhereItsDiskEnds) {
  open();
  EXPECT_EQ(log_->end(), 4u);
  EXPECT_EQ(log_->durable(), 4u);
  EXPECT_EQ(log_->committed(), 2u);
  EXPECT_EQ(log_->applied(), 2u);
  EXPECT_EQ(log_->end_term(), 3u);
  EXPECT_EQ(log_->available_from(), 1u);
  open({.applied = 5, .end = 5, .starts = {{1, 1}}});
  EXPECT_EQ(log_->available_from(), 6u);
}

TEST_F(ReplicaLog, ContinuesOnlyWithTheNextEpochOfItsOwnHistory) {
  open();
  const struct {
    const char* what;
    std::uint64_t term, number, previous_term;
    bool continues;
  } rows[] = {
      {"the next of the term", 3, 5, 3, true},
      {"the first of a later term", 4, 5, 3, true},
      {"one there is already", 3, 4, 3, false},
      {"one after a gap", 3, 6, 3, false},
      {"one that follows another term's", 4, 5, 4, false},
      {"one that follows an earlier term's", 3, 5, 1, false},
      {"one of an earlier term", 2, 5, 3, false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(log_->continues(std::vector{make_epoch(row.term, row.number, row.previous_term)}),
              row.continues)
        << row.what;
  EXPECT_THROW(log_->append(make_epoch(3, 6, 3)), bug);
  EXPECT_EQ(log_->end(), 4u);
}

TEST_F(ReplicaLog, TellsWhenATermBegins) {
  open();
  EXPECT_FALSE(log_->append(make_epoch(3, 5, 3)));
  EXPECT_TRUE(log_->append(make_epoch(7, 6, 3)));
  EXPECT_FALSE(log_->append(make_epoch(7, 7, 7)));
  EXPECT_EQ(log_->terms().starts(), (std::vector<term_start>{{1, 1}, {3, 3}, {7, 6}}));
}

TEST_F(ReplicaLog, IsDurableAsFarAsTheJournalSaid) {
  open();
  log_->append(make_epoch(3, 5, 3));
  log_->append(make_epoch(3, 6, 3));
  EXPECT_EQ(log_->durable(), 4u);
  log_->journaled(5);
  EXPECT_EQ(log_->durable(), 5u);
  log_->journaled(3); // late
  EXPECT_EQ(log_->durable(), 5u);
}

TEST_F(ReplicaLog, CommitsOnlyWhatIsDurableAndNeverLess) {
  open();
  log_->append(make_epoch(3, 5, 3));
  EXPECT_THROW(log_->commit(5), bug);
  EXPECT_EQ(log_->committed(), 2u);
  log_->journaled(5);
  log_->commit(5);
  log_->commit(4);
  EXPECT_EQ(log_->committed(), 5u);
}

TEST_F(ReplicaLog, HoldsAStateAheadOfWhatIsCommittedForABug) {
  open();
  EXPECT_THROW(log_->applied(3), bug);
}

// -- to the state --------------------------------------------------------------------------------

TEST_F(ReplicaLog, HandsEachCommittedEpochToTheStateOnce) {
  fill(2);
  log_->append(make_epoch(1, 3, 1));
  log_->journaled(3);
  log_->apply_committed(all);
  log_->apply_committed(all);
  EXPECT_EQ(numbers_of(port_.applied), (numbers{1, 2}));
  log_->commit(3);
  log_->apply_committed(2);
  EXPECT_EQ(numbers_of(port_.applied), (numbers{1, 2}));
  log_->apply_committed(all);
  EXPECT_EQ(numbers_of(port_.applied), (numbers{1, 2, 3}));
}

TEST_F(ReplicaLog, AppliesFromTheJournalWhatItHasNotInMemory) {
  open();
  log_->commit(3);
  log_->apply_committed(all);
  EXPECT_EQ(port_.reads, (numbers{3}));
  log_->apply_committed(all); // It is being read.
  EXPECT_EQ(port_.reads, (numbers{3}));
  log_->journal_read(3, {make_epoch(3, 3, 1), make_epoch(3, 4, 3)});
  EXPECT_EQ(numbers_of(port_.applied), (numbers{3})); // 4 is not committed.
}

// -- reading -------------------------------------------------------------------------------------

TEST_F(ReplicaLog, FetchesAboutAsManyBytesAsWanted) {
  fill(5);
  EXPECT_EQ(fetched(1, 1), (numbers{1})); // One at least.
  EXPECT_EQ(fetched(2, 2 * size_), (numbers{2, 3}));
  EXPECT_EQ(fetched(4), (numbers{4, 5}));
  EXPECT_TRUE(port_.reads.empty());
}

TEST_F(ReplicaLog, KeepsSoManyBytesInMemoryAndOneEpochAtLeast) {
  limits_.recent_bytes = 2 * size_;
  fill(4);
  EXPECT_EQ(fetched(3), (numbers{3, 4}));
  EXPECT_FALSE(fetched(2));
  EXPECT_EQ(port_.reads, (numbers{2}));
  log_->append(make_epoch(1, 5, 1, 10 * size_));
  EXPECT_EQ(fetched(5), (numbers{5}));
}

TEST_F(ReplicaLog, ReadsTheJournalOnceAtATime) {
  open();
  numbers got;
  const auto keep = [&got](const std::vector<epoch_ptr>& epochs) { got = numbers_of(epochs); };
  EXPECT_TRUE(log_->fetch(1, 1, keep));
  EXPECT_FALSE(log_->fetch(3, 1, keep));
  log_->journal_read(1, {make_epoch(1, 1, 0)});
  EXPECT_EQ(got, (numbers{1}));
  EXPECT_TRUE(log_->fetch(3, 1, keep));
  EXPECT_EQ(port_.reads, (numbers{1, 3}));
}

TEST_F(ReplicaLog, UsesNoReadFromBeforeATruncation) {
  open();
  bool used = false;
  const auto use = [&used](const std::vector<epoch_ptr>&) { used = true; };
  log_->fetch(4, 1, use);
  log_->truncate(3);
  log_->append(make_epoch(5, 4, 3));
  log_->journal_read(4, {make_epoch(3, 4, 3)}); // Of the history that was cut off.
  EXPECT_FALSE(used);
  EXPECT_EQ(fetched(4), (numbers{4}));
}

TEST_F(ReplicaLog, HoldsAHoleInTheJournalForABug) {
  open();
  log_->fetch(3, 1, [](const std::vector<epoch_ptr>&) {});
  EXPECT_THROW(log_->journal_read(3, {}), bug);
  EXPECT_THROW(log_->fetch(5, 1, [](const std::vector<epoch_ptr>&) {}), bug);
  open({.applied = 2, .journal_first = 2, .end = 4, .starts = {{1, 1}}});
  EXPECT_THROW(log_->fetch(1, 1, [](const std::vector<epoch_ptr>&) {}), bug);
}

// -- truncating ----------------------------------------------------------------------------------

TEST_F(ReplicaLog, NeverCutsWhatIsCommitted) {
  fill(3);
  log_->append(make_epoch(1, 4, 1));
  EXPECT_FALSE(log_->may_truncate(2));
  EXPECT_TRUE(log_->may_truncate(3));
  EXPECT_THROW(log_->truncate(2), bug);
  log_->truncate(3);
  EXPECT_EQ(log_->end(), 3u);
}

TEST_F(ReplicaLog, LosesTermsAndDurabilityWithWhatItCuts) {
  open();
  log_->append(make_epoch(4, 5, 3));
  log_->truncate(9); // Nothing is above.
  EXPECT_EQ(log_->end(), 5u);
  log_->truncate(2);
  EXPECT_EQ(log_->end(), 2u);
  EXPECT_EQ(log_->durable(), 2u);
  EXPECT_EQ(log_->end_term(), 1u);
  log_->journaled(5); // Late, of what was cut.
  EXPECT_EQ(log_->durable(), 2u);
  EXPECT_FALSE(log_->continues(std::vector{make_epoch(5, 3, 3)}));
  log_->append(make_epoch(5, 3, 1));
  EXPECT_EQ(log_->durable(), 2u);
  EXPECT_EQ(fetched(3), (numbers{3}));
}

TEST_F(ReplicaLog, BeginsAnewAtTheBaseOfACopy) {
  open();
  log_->append(make_epoch(4, 5, 3));
  log_->reset({7, 6}, {{1, 1}, {6, 6}, {8, 9}});
  EXPECT_EQ(log_->end(), 7u);
  EXPECT_EQ(log_->applied(), 7u);
  EXPECT_EQ(log_->available_from(), 8u);
  EXPECT_EQ(log_->terms().starts(), (std::vector<term_start>{{1, 1}, {6, 6}})); // 8 begins above the base.
  EXPECT_EQ(port_.retained.back(), 8u);
}

TEST_F(ReplicaLog, HasNothingInMemoryOfWhatACopyReplaced) {
  open();
  log_->append(make_epoch(4, 5, 3));
  log_->reset({7, 6}, {{1, 1}, {6, 6}});
  log_->append(make_epoch(6, 8, 6));
  EXPECT_EQ(fetched(8), (numbers{8}));
}

// -- forgetting ----------------------------------------------------------------------------------

TEST_F(ReplicaLog, LetsAppliedEpochsGoPastItsBytes) {
  limits_.retained_bytes = 2 * size_;
  fill(5);
  log_->tick(start_);
  EXPECT_TRUE(port_.retained.empty()); // Nothing is applied.
  log_->applied(2);
  EXPECT_EQ(port_.retained, (numbers{3}));
  log_->applied(5);
  EXPECT_EQ(port_.retained, (numbers{3, 4}));
  EXPECT_EQ(log_->available_from(), 4u);
}

TEST_F(ReplicaLog, LetsAppliedEpochsGoAfterATime) {
  limits_.retained_for = 60s;
  fill(2);
  log_->applied(1);
  log_->tick(start_ + 60s);
  EXPECT_TRUE(port_.retained.empty());
  log_->tick(start_ + 61s);
  EXPECT_EQ(port_.retained, (numbers{2})); // 2 is not applied.
}

TEST_F(ReplicaLog, LetsGoInTimeOfWhatItFoundWhenItBegan) {
  limits_.retained_for = 60s;
  open();
  log_->commit(4);
  log_->applied(4);
  log_->tick(start_ + 60s);
  EXPECT_TRUE(port_.retained.empty());
  log_->tick(start_ + 61s);
  EXPECT_EQ(port_.retained, (numbers{5}));
}

TEST_F(ReplicaLog, KeepsWhatACopyUnderWayNeeds) {
  limits_.retained_bytes = 0;
  fill(5);
  log_->hold(2);
  log_->applied(5);
  EXPECT_EQ(log_->available_from(), 3u);
  log_->hold(std::nullopt);
  log_->tick(start_);
  EXPECT_EQ(log_->available_from(), 6u);
}

TEST_F(ReplicaLog, KeepsForACopyNoMoreThanItsBytes) {
  limits_.retained_bytes = 0;
  limits_.held_bytes = 2 * size_;
  fill(5);
  log_->hold(0);
  log_->applied(5);
  EXPECT_EQ(log_->available_from(), 4u);
}

// -- which epochs they are -----------------------------------------------------------------------

using hashes = std::vector<std::uint64_t>;

TEST_F(ReplicaLog, KnowsTheHashOfEachEpochThatItsJournalHas) {
  limits_.recent_bytes = 2 * size_; // The others are known by their hashes alone.
  limits_.retained_for = 1s;
  open({.applied = 2, .journal_first = 2, .end = 3, .starts = {{1, 1}}, .hashes = {22, 33}});
  auto last = make_epoch(1, 4, 1);
  hashes expected{0, 0, 22, 33, runtime::hash_of(*last)};
  log_->append(last);
  const auto fifth = test::make_next(*last, 1);
  for (int i = 5; i < 10; ++i) {
    last = i == 5 ? fifth : test::make_next(*last, 1);
    log_->append(last);
    expected.push_back(runtime::hash_of(*last));
  }
  const auto known = [&] {
    hashes out;
    for (std::uint64_t number = 0; number <= log_->end(); ++number)
      out.push_back(log_->hash_at(number));
    return out;
  };
  EXPECT_EQ(known(), expected);
  log_->truncate(8); // which is in memory
  expected.resize(9);
  EXPECT_EQ(known(), expected);
  log_->truncate(5); // which is not
  expected.resize(6);
  EXPECT_EQ(known(), expected);
  log_->append(test::make_next(*fifth, 2));
  EXPECT_NE(log_->hash_at(6), 0u);
  log_->journaled(6);
  log_->commit(6);
  log_->applied(6);
  log_->tick(start_ + 2s); // Nothing of it is kept, but what the next one must name.
  EXPECT_EQ(log_->hash_at(5), 0u);
  EXPECT_NE(log_->hash_at(6), 0u);
}

TEST_F(ReplicaLog, ContinuesOnlyWithAnEpochThatNamesTheHashOfItsLast) {
  open();
  const auto third = make_epoch(3, 5, 3); // of a version that names none
  const auto fourth = test::make_next(*third, 3);
  const auto other = test::make_next(*make_epoch(3, 5, 3, 9), 3);
  EXPECT_TRUE(log_->continues(std::vector{third, fourth}));
  EXPECT_FALSE(log_->continues(std::vector{third, other}));
  log_->append(third);
  EXPECT_TRUE(log_->continues(std::vector{fourth}));
  EXPECT_FALSE(log_->continues(std::vector{other}));
  EXPECT_TRUE(log_->continues(std::vector{make_epoch(3, 6, 3)}));
}

TEST_F(ReplicaLog, TellsAnotherEpochOfTheSameNumberFromItsOwn) {
  using sameness = replica_log::sameness;
  open();
  log_->append(make_epoch(3, 5, 3));
  EXPECT_EQ(log_->compare(*make_epoch(3, 5, 3)), sameness::same);
  EXPECT_EQ(log_->compare(*make_epoch(3, 5, 3, 9)), sameness::other);
  EXPECT_EQ(log_->compare(*make_epoch(4, 5, 3)), sameness::other_term);
  EXPECT_EQ(log_->compare(*make_epoch(3, 4, 3, 9)), sameness::same); // It cannot tell.
}

TEST_F(ReplicaLog, KnowsTheHashOfTheBaseOfACopy) {
  open();
  log_->reset({9, 3, 99, 0}, {{1, 1}, {3, 3}});
  EXPECT_EQ(log_->hash_at(9), 99u);
  auto next = std::make_shared<runtime::epoch>(*make_epoch(3, 10, 3));
  next->previous_hash = 98;
  EXPECT_FALSE(log_->continues(std::vector<epoch_ptr>{next}));
}

/// What the note said was committed is so after a restart too, as far as it is there.
TEST_F(ReplicaLog, NeverCutsWhatItKnewToBeCommittedBeforeItsStart) {
  open({.applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}}, .committed = 3});
  EXPECT_EQ(log_->committed(), 3u);
  EXPECT_EQ(log_->applied(), 2u);
  EXPECT_FALSE(log_->may_truncate(2));
  open({.applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}}, .committed = 9});
  EXPECT_EQ(log_->committed(), 4u);
}

} // namespace
} // namespace orderd::cluster
