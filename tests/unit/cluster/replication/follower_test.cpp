// What a follower promises, keeps, cuts off and acknowledges (A2, A7, B1, B2, D4 to D6).
#include "cluster/replication/follower.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using runtime::epoch_ptr;
using test::make_epoch;
using test::numbers_of;

constexpr replica_id self{2, 1};
constexpr replica_id leader{1, 1};
constexpr replica_id other{3, 1};
using numbers = std::vector<std::uint64_t>;

class Follower : public testing::Test {
protected:
  /// Epochs 1 and 2 of term 1, applied; 3 and 4 of term 3. Term 3 is promised.
  Follower() { open(disk()); }
  static replica_start disk() {
    return {.applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}, {3, 3}}, .promised = 3};
  }

  /// The node starts, and has not read the store.
  void start(const replica_start& disk) {
    options_.self = self;
    port_.forget_questions();
    core_.emplace(options_, disk, port_, board_, start_);
    follower_.emplace(*core_, start_);
  }
  void open(const replica_start& disk) {
    start(disk);
    core_->learn({7, {3, leader, {leader, self, other}, {}, {1, 2, 3}}});
  }

  /// The primary of term 5 shows a journal that goes on from the follower's own.
  void told_to_follow(std::uint64_t attempt = 1) {
    follower_->take(leader, new_term{5, attempt, {{1, 1}, {3, 3}, {5, 5}}, 5, 2}, start_);
  }
  void note_durable() { follower_->noted(port_.next_note(), start_); }
  void follow_leader() {
    told_to_follow();
    note_durable();
    port_.sent.clear();
  }
  void takes(std::vector<epoch_ptr> epochs, std::uint64_t committed = 0) {
    follower_->take(leader, append{5, std::move(epochs), committed});
  }

  const steady_time start_{1h};
  replica_options options_;
  test::noting_port port_;
  lease_board board_{self, {}};
  std::optional<replica_core> core_;
  std::optional<follower> follower_;
};

// -- finding a primary ---------------------------------------------------------------------------

TEST_F(Follower, AnnouncesItselfToThePrimaryUntilItIsLed) {
  follower_->tick(start_);
  follower_->tick(start_ + 99ms);
  ASSERT_EQ(port_.sent_to<join>(leader.node).size(), 1u);
  EXPECT_EQ(port_.last_to<join>(leader.node).promised, 3u);
  follower_->tick(start_ + 100ms);
  EXPECT_EQ(port_.sent_to<join>(leader.node).size(), 2u);
  follow_leader();
  follower_->tick(start_ + 1s);
  EXPECT_TRUE(port_.sent.empty());
}

TEST_F(Follower, AnnouncesItselfToNobodyWhileNoPrimaryIsKnown) {
  start(disk());
  follower_->tick(start_);
  core_->learn({7, {3, self, {self}, {}, {2}}});
  follower_->tick(start_ + 1s);
  EXPECT_TRUE(port_.sent.empty());
}

TEST_F(Follower, SaysNothingBeforeItsPromiseIsDurable) {
  told_to_follow();
  follower_->take(other, join{});
  ASSERT_EQ(port_.written.size(), 1u);
  EXPECT_EQ(port_.written[0].note.promised, 5u);
  EXPECT_EQ(port_.written[0].keep_upto, 4u);
  EXPECT_TRUE(port_.sent_to<join_ack>(leader.node).empty());
  EXPECT_EQ(follower_->term(), 0u);
  takes({make_epoch(5, 5, 3)});
  EXPECT_TRUE(port_.appended.empty());
  note_durable();
  const auto said = port_.last_to<join_ack>(leader.node);
  EXPECT_EQ(said.term, 5u);
  EXPECT_EQ(said.end, 4u);
  EXPECT_TRUE(said.complete);
  EXPECT_EQ(follower_->term(), 5u);
}

TEST_F(Follower, AnswersEachLeadWithItsAttempt) {
  told_to_follow(7);
  told_to_follow(8); // The disk has not answered yet.
  note_durable();
  EXPECT_EQ(port_.last_to<join_ack>(leader.node).attempt, 7u);
  told_to_follow(9);
  EXPECT_EQ(port_.last_to<join_ack>(leader.node).attempt, 9u);
  EXPECT_EQ(port_.written.size(), 1u); // Promised once.
}

TEST_F(Follower, RefusesEveryMessageOfALowerTerm) {
  follow_leader();
  follower_->take(other, new_term{4, 1, {}, 9, 0}, start_);
  follower_->take(other, append{4, {make_epoch(4, 5, 3)}, 9});
  follower_->take(other, install_snapshot{4, 1, 0, {9, 4}, {}});
  follower_->take(other, lost_writes{4, 9});
  const auto answers = port_.sent_to<stale_term>(other.node);
  EXPECT_EQ(answers.size(), 4u);
  for (const auto& each : answers)
    EXPECT_EQ(each.promised, 5u);
  EXPECT_TRUE(port_.appended.empty());
  EXPECT_TRUE(port_.loaded.empty());
  EXPECT_TRUE(port_.distrusted.empty());
  EXPECT_FALSE(core_->copying());
  EXPECT_EQ(core_->log().committed(), 2u);
}

TEST_F(Follower, AsksToBeLedByWhoeverSendsItEpochsUnasked) {
  takes({make_epoch(5, 5, 3)});
  EXPECT_EQ(port_.last_to<join>(leader.node).promised, 3u);
  EXPECT_TRUE(port_.appended.empty());
}

TEST_F(Follower, TellsWhoTakesItForAPrimaryThatItIsNone) {
  follower_->take(other, join{9});
  EXPECT_EQ(port_.last_to<stale_term>(other.node).promised, 3u);
}

TEST_F(Follower, FollowsAHigherTermOfAnotherPrimary) {
  follow_leader();
  follower_->take(other, new_term{6, 1, {{1, 1}, {3, 3}, {6, 5}}, 5, 2}, start_);
  EXPECT_EQ(follower_->term(), 0u);
  note_durable();
  EXPECT_EQ(follower_->term(), 6u);
  EXPECT_EQ(port_.last_to<join_ack>(other.node).term, 6u);
}

// -- cutting off ---------------------------------------------------------------------------------

TEST_F(Follower, CutsItsJournalToWhatBothHaveInCommon) {
  const struct {
    const char* what;
    std::vector<term_start> starts;
    std::uint64_t end, keep;
  } rows[] = {
      {"it goes on from here", {{1, 1}, {3, 3}, {5, 5}}, 5, 4},
      {"it has less of the last term", {{1, 1}, {3, 3}, {5, 4}}, 9, 3},
      {"it has another term instead", {{1, 1}, {4, 3}, {5, 6}}, 9, 2},
      {"it is shorter", {{1, 1}, {3, 3}}, 3, 3},
  };
  for (const auto& row : rows) {
    port_.written.clear();
    open(disk());
    // The hint of what is committed plays no part: it is of the primary's history.
    follower_->take(leader, new_term{5, 1, row.starts, row.end, row.end}, start_);
    ASSERT_EQ(port_.written.size(), 1u) << row.what;
    EXPECT_EQ(port_.written[0].keep_upto, row.keep) << row.what;
    EXPECT_EQ(core_->log().end(), row.keep) << row.what;
    EXPECT_EQ(port_.written[0].note.starts, core_->log().terms().starts()) << row.what;
    note_durable();
    EXPECT_EQ(port_.last_to<join_ack>(leader.node).end, row.keep) << row.what;
  }
}

TEST_F(Follower, EndsTheNodeRatherThanCutWhatIsCommitted) {
  follower_->take(leader, new_term{5, 1, {{1, 1}, {5, 2}}, 9, 0}, start_);
  EXPECT_EQ(port_.ended.size(), 1u);
  EXPECT_TRUE(port_.written.empty());
  EXPECT_EQ(core_->log().end(), 4u);
}

/// Node 1 was primary so often meanwhile that it forgot term 3; its journal went on from this one all the
/// same.
TEST_F(Follower, TakesACopyWhenItWasAwayForLongerThanThePrimaryRemembersTerms) {
  core_->learn({8, {3, leader, {leader, other}, {}, {1, 2, 3}}});
  follower_->take(leader, new_term{500, 1, {{245, 60}, {500, 900}}, 900, 899}, start_);
  EXPECT_TRUE(port_.ended.empty());
  ASSERT_EQ(port_.written.size(), 1u);
  EXPECT_EQ(port_.written[0].keep_upto, 4u); // Nothing is lost before a copy begins.
  note_durable();
  const auto said = port_.last_to<join_ack>(leader.node);
  EXPECT_EQ(said.end, 0u);
  EXPECT_FALSE(said.complete);
  follower_->take(leader, append{500, {}, 900}); // Whatever comes, it counts for nothing.
  EXPECT_FALSE(port_.last_to<append_ack>(leader.node).complete);
  EXPECT_EQ(port_.last_to<append_ack>(leader.node).end, 0u);
  EXPECT_EQ(core_->log().committed(), 2u);
  follower_->take(leader, install_snapshot{500, 1, 0, {890, 499}, {}, false, 0, 0});
  EXPECT_TRUE(core_->copying());
  EXPECT_EQ(core_->log().end(), 890u);
}

TEST_F(Follower, TakesNoCopyOverWhatItMayHaveToLeadWith) {
  follower_->take(leader, new_term{500, 1, {{245, 60}, {500, 900}}, 900, 899}, start_);
  EXPECT_TRUE(port_.ended.empty());
  EXPECT_TRUE(port_.written.empty());
  EXPECT_EQ(core_->promised(), 3u);
  EXPECT_EQ(port_.doubts, (std::vector<doubt>{doubt::journals_apart}));
}

/// A copy from another primary had come to epoch 310; its applier had come further than the new one's.
TEST_F(Follower, CountsNothingOfAnIncompleteCopy) {
  open({.applied = 310,
        .journal_first = 0,
        .end = 310,
        .starts = {{1, 1}, {3, 200}},
        .promised = 3,
        .copying = true});
  follower_->take(leader, new_term{5, 1, {{1, 1}, {3, 200}, {4, 280}, {5, 300}}, 300, 250}, start_);
  EXPECT_TRUE(port_.ended.empty());
  ASSERT_EQ(port_.written.size(), 1u);
  EXPECT_EQ(port_.written[0].keep_upto, 0u);
  EXPECT_TRUE(port_.written[0].note.copying);
  note_durable();
  EXPECT_EQ(port_.last_to<join_ack>(leader.node).end, 0u);
  EXPECT_FALSE(port_.last_to<join_ack>(leader.node).complete);
}

TEST_F(Follower, CountsNoLateAnswerOfTheJournalForWhatWasCutOff) {
  follow_leader();
  takes({make_epoch(5, 5, 3), make_epoch(5, 6, 5)});
  follower_->take(other, new_term{6, 1, {{1, 1}, {3, 3}, {6, 4}}, 9, 2}, start_);
  follower_->journaled(6); // Written before the cut.
  note_durable();
  EXPECT_EQ(port_.last_to<join_ack>(other.node).end, 3u);
  follower_->take(other, append{6, {make_epoch(6, 4, 3)}, 0});
  EXPECT_TRUE(port_.sent_to<append_ack>(other.node).empty());
  EXPECT_EQ(core_->log().durable(), 3u);
}

// -- epochs --------------------------------------------------------------------------------------

TEST_F(Follower, AcknowledgesOnlyWhatIsDurable) {
  follow_leader();
  takes({make_epoch(5, 5, 3), make_epoch(5, 6, 5)});
  ASSERT_EQ(port_.appended.size(), 1u);
  EXPECT_EQ(numbers_of(port_.appended[0].epochs), (numbers{5, 6}));
  EXPECT_TRUE(port_.sent.empty());
  follower_->journaled(6);
  EXPECT_EQ(port_.last_to<append_ack>(leader.node).end, 6u);
  EXPECT_EQ(port_.last_to<append_ack>(leader.node).term, 5u);
}

TEST_F(Follower, WritesWhereATermBeginsWithItsFirstEpoch) {
  follow_leader();
  takes({make_epoch(5, 5, 3)});
  takes({make_epoch(5, 6, 5)});
  ASSERT_EQ(port_.appended.size(), 2u);
  ASSERT_TRUE(port_.appended[0].note);
  EXPECT_EQ(port_.appended[0].note->starts, (std::vector<term_start>{{1, 1}, {3, 3}, {5, 5}}));
  EXPECT_EQ(port_.appended[0].note->promised, 5u);
  EXPECT_FALSE(port_.appended[1].note);
}

TEST_F(Follower, AnswersEpochsThatDoNotContinueItsJournalWithWhatItExpects) {
  follow_leader();
  const struct {
    const char* what;
    epoch_ptr epoch;
  } rows[] = {
      {"a gap", make_epoch(5, 6, 5)},
      {"another history", make_epoch(5, 5, 4)},
  };
  for (const auto& row : rows) {
    port_.sent.clear();
    takes({row.epoch});
    EXPECT_EQ(port_.sent_to<append_nack>(leader.node).size(), 1u) << row.what;
    EXPECT_EQ(port_.last_to<append_nack>(leader.node).expected, 5u) << row.what;
    EXPECT_TRUE(port_.appended.empty()) << row.what;
  }
}

TEST_F(Follower, TakesNothingOfEpochsWithAGap) {
  follow_leader();
  takes({make_epoch(5, 5, 3), make_epoch(5, 7, 5)});
  EXPECT_EQ(port_.last_to<append_nack>(leader.node).expected, 5u);
  EXPECT_TRUE(port_.appended.empty());
  EXPECT_EQ(core_->log().end(), 4u);
}

TEST_F(Follower, TakesFromEpochsSentAgainWhatIsNew) {
  follow_leader();
  takes({make_epoch(5, 5, 3)});
  follower_->journaled(5);
  port_.sent.clear();
  takes({make_epoch(5, 5, 3), make_epoch(5, 6, 5)});
  EXPECT_EQ(numbers_of(port_.appended.back().epochs), (numbers{6}));
  takes({make_epoch(5, 5, 3)}); // Its acknowledgement was lost.
  EXPECT_EQ(port_.last_to<append_ack>(leader.node).end, 5u);
  EXPECT_EQ(port_.appended.size(), 2u);
}

TEST_F(Follower, AppliesWhatIsCommittedAsFarAsItIsDurableHere) {
  open({.starts = {}, .promised = 3});
  follower_->take(leader, new_term{5, 1, {}, 0, 0}, start_);
  note_durable();
  takes({make_epoch(5, 1, 0), make_epoch(5, 2, 5), make_epoch(5, 3, 5)}, 2);
  EXPECT_TRUE(port_.applied.empty());
  follower_->journaled(1);
  EXPECT_EQ(numbers_of(port_.applied), (numbers{1}));
  follower_->journaled(3);
  EXPECT_EQ(numbers_of(port_.applied), (numbers{1, 2}));
  takes({}, 3); // News of the commit alone.
  EXPECT_EQ(numbers_of(port_.applied), (numbers{1, 2, 3}));
}

TEST_F(Follower, GivesUpADiskThatLacksWhatItAcknowledged) {
  follower_->take(leader, lost_writes{5, 9});
  EXPECT_TRUE(port_.distrusted.empty()); // By someone it does not follow.
  follow_leader();
  follower_->take(leader, lost_writes{5, 9});
  EXPECT_EQ(port_.distrusted.size(), 1u);
}

TEST_F(Follower, GrantsALeaseOnlyToThePrimaryItFollows) {
  core_->learn({8, core_->known().what});
  const auto granted = [&](const replica_id& to, std::uint64_t term) {
    return board_.take({false, to, 1, {{0, term}}}, start_).has_value();
  };
  EXPECT_FALSE(granted(leader, 5));
  told_to_follow();
  EXPECT_FALSE(granted(other, 5));
  EXPECT_FALSE(granted(leader, 3)); // Given up with the promise.
  EXPECT_TRUE(granted(leader, 5));
}

// -- which epochs they are -----------------------------------------------------------------------

TEST_F(Follower, SaysWhichEpochItAcknowledges) {
  open({.applied = 2,
        .journal_first = 1,
        .end = 4,
        .starts = {{1, 1}, {3, 3}},
        .promised = 3,
        .hashes = {33, 44}});
  told_to_follow();
  note_durable();
  EXPECT_EQ(port_.last_to<join_ack>(leader.node).hash, 44u);
  const auto next = make_epoch(5, 5, 3);
  takes({next});
  follower_->journaled(5);
  EXPECT_EQ(port_.last_to<append_ack>(leader.node).hash, runtime::hash_of(*next));
}

/// Somebody sent an epoch in the primary's name; then the primary sends its own.
TEST_F(Follower, EndsTheNodeRatherThanAcknowledgeAnotherEpochThanItHas) {
  follow_leader();
  takes({make_epoch(5, 5, 3, 9)});
  follower_->journaled(5);
  port_.sent.clear();
  takes({make_epoch(5, 5, 3), make_epoch(5, 6, 5)});
  EXPECT_EQ(port_.ended.size(), 1u);
  EXPECT_TRUE(port_.sent.empty());
  EXPECT_EQ(port_.appended.size(), 1u);
  EXPECT_EQ(port_.doubts, (std::vector<doubt>{doubt::other_epoch}));
}

TEST_F(Follower, AcknowledgesNothingWhereItHasAnEpochOfAnotherTerm) {
  open({.applied = 2,
        .journal_first = 1,
        .end = 4,
        .starts = {{1, 1}, {3, 3}},
        .promised = 3,
        .hashes = {33, 44}});
  told_to_follow();
  note_durable();
  port_.sent.clear();
  takes({make_epoch(5, 4, 3), make_epoch(5, 5, 5)});
  EXPECT_TRUE(port_.ended.empty());
  EXPECT_TRUE(port_.appended.empty());
  EXPECT_TRUE(port_.sent_to<append_ack>(leader.node).empty());
  EXPECT_EQ(port_.last_to<append_nack>(leader.node).expected, 5u);
}

TEST_F(Follower, RemembersWhatIsCommittedWhenItPromises) {
  follow_leader();
  takes({make_epoch(5, 5, 3)}, 4);
  follower_->journaled(5);
  follower_->take(other, new_term{6, 1, {{1, 1}, {3, 3}, {5, 5}, {6, 6}}, 6, 2}, start_);
  EXPECT_EQ(port_.written.back().note.committed, 4u);
}

} // namespace
} // namespace orderd::cluster
