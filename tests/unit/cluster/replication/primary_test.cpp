// What a primary commits, when it serves, and what it ships to whom (A1, B9, C2, D1, D6 to D9).
#include "tests/support/primary_bench.hpp"

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using test::make_epoch;
using test::numbers_of;

using numbers = std::vector<std::uint64_t>;

class Primary : public test::primary_bench {};

TEST_F(Primary, CommitsWhatEveryMemberHasDurable) {
  lead({self, two, three}, {});
  follows(two, 0);
  follows(three, 0);
  acknowledges(two, 1);
  acknowledges(three, 1);
  EXPECT_EQ(committed(), 0u); // its own disk has not answered
  leader->journaled(1, start);
  EXPECT_EQ(committed(), 1u);
}

TEST_F(Primary, TellsOfTheLastCommitUntilItIsKnown) {
  lead({self, two}, {});
  follows(two, 0);
  leader->journaled(1, start);
  leader->take(two, append_ack{term, 1, true, 0}, start);
  ASSERT_EQ(committed(), 1u);
  port.sent.clear();
  leader->tick(start + 20ms);
  EXPECT_EQ(port.last_to<append>(2).committed, 1u);
  leader->tick(start + 40ms); // It may be under way.
  EXPECT_EQ(port.sent_to<append>(2).size(), 1u);
  leader->tick(start + 400ms); // It was lost, with nothing after it.
  EXPECT_EQ(port.sent_to<append>(2).size(), 2u);
  leader->take(two, append_ack{term, 1, true, 1}, start + 400ms);
  leader->tick(start + 2s);
  EXPECT_EQ(port.sent_to<append>(2).size(), 2u);
}

TEST_F(Primary, WaitsForTheLastMember) {
  lead({self, two, three}, {});
  follows(two, 0);
  follows(three, 0);
  leader->journaled(1, start);
  acknowledges(two, 1);
  EXPECT_EQ(committed(), 0u);
  acknowledges({3, 2}, 1); // another disk
  EXPECT_EQ(committed(), 0u);
}

TEST_F(Primary, CommitsNothingWithTooFewInSync) {
  lead({self}, {two});
  follows(two, 0);
  leader->journaled(1, start);
  acknowledges(two, 1);
  EXPECT_EQ(committed(), 0u);
}

TEST_F(Primary, ServesOnceTheOpeningOfItsTermIsCommittedAndApplied) {
  lead({self, two}, {});
  follows(two, 0);
  leader->journaled(1, start);
  EXPECT_FALSE(leader->serving());
  acknowledges(two, 1);
  EXPECT_FALSE(leader->serving());
  core->log().applied(1);
  leader->applied(start);
  EXPECT_TRUE(leader->serving());
  ASSERT_EQ(port.engines.size(), 1u);
  EXPECT_EQ(port.engines[0], (std::pair<std::uint64_t, std::uint64_t>{term, 1}));
}

TEST_F(Primary, WaitsForAMemberUntilTheStoreIsWithoutIt) {
  lead({self, two, three}, {});
  follows(two, 0);
  leader->journaled(1, start);
  acknowledges(two, 1);
  leader->tick(start + 1s); // 3 was not heard of
  ASSERT_EQ(port.proposed.size(), 1u);
  leader->journaled(1, start);
  EXPECT_EQ(committed(), 0u);
}

TEST_F(Primary, WaitsForWhoMayLeadIfItsProposalTakesPlace) {
  lead({self, two}, {three});
  follows(two, 0);
  follows(three, 0);
  leader->journaled(1, start);
  leader->tick(start + 1s); // 2 was not heard of
  ASSERT_EQ(port.proposed.size(), 1u);
  EXPECT_EQ(port.proposed[0].what.in_sync, (std::vector{self}));
  EXPECT_EQ(port.proposed[0].what.eligible, (std::vector{two, three}));
  acknowledges(two, 1);
  EXPECT_EQ(committed(), 0u); // 3 could lead without it
  acknowledges(three, 1);
  EXPECT_EQ(committed(), 1u);
}

/// A round trip of 300 ms: each answer is to a `new_term` that was said again since.
TEST_F(Primary, TakesTheAnswerOfAFarFollowerWhoWasAskedAgainMeanwhile) {
  lead({self, two}, {});
  const auto first = port.last_to<cluster::new_term>(2).attempt;
  for (auto at = 0ms; at < 300ms; at += 20ms)
    leader->tick(start + at);
  EXPECT_GE(port.sent_to<cluster::new_term>(2).size(), 2u);
  leader->take(two, join_ack{term, first, 0, true, 0}, start + 300ms);
  EXPECT_EQ(shipped(two), (numbers{1}));
}

TEST_F(Primary, AsksWhoDoesNotAnswerLessAndLessOften) {
  lead({self, two}, {});
  for (auto at = 0ms; at < 10'000ms; at += 20ms)
    leader->tick(start + at);
  EXPECT_LE(port.sent_to<cluster::new_term>(2).size(), 16u);
  leader->take(two, join{}, start + 10s); // It is there again.
  leader->tick(start + 10s + 100ms);
  EXPECT_EQ(port.last_to<cluster::new_term>(2).attempt, 3u); // 3 was asked too; this is another attempt.
}

/// What was said before it forgot whom it follows is of no use.
TEST_F(Primary, TakesNoAnswerToWhatItSaidBeforeAnAnnouncement) {
  lead({self, two}, {});
  const auto first = port.last_to<cluster::new_term>(2).attempt;
  leader->take(two, join{}, start + 100ms);
  leader->take(two, join_ack{term, first, 0, true, 0}, start + 120ms);
  EXPECT_TRUE(shipped(two).empty());
}

TEST_F(Primary, SendsAgainWhatALostLinkMayHaveLost) {
  serve({self, two});
  close();
  leader->link_lost(two.node);
  close();
  EXPECT_EQ(shipped(two), (numbers{1, 2}));
  leader->take(two, append_ack{term, 2, true, 1}, start); // of before
  EXPECT_EQ(shipped(two), (numbers{1, 2}));
  leader->tick(start + 100ms);
  follows(two, 1);
  EXPECT_EQ(shipped(two), (numbers{1, 2, 2, 3}));
}

// -- shipping ------------------------------------------------------------------------------------

TEST_F(Primary, BeginsItsTermWithAnEmptyEpochAtTheEndOfItsJournal) {
  open({.applied = 4, .journal_first = 3, .end = 6, .starts = {{1, 1}}, .promised = term});
  lead({self, two}, {});
  ASSERT_EQ(port.appended.size(), 1u);
  const auto& first = *port.appended[0].epochs.at(0);
  EXPECT_EQ(first.number, 7u);
  EXPECT_EQ(first.term, term);
  EXPECT_EQ(first.previous_term, 1u);
  EXPECT_TRUE(first.writes.empty());
  ASSERT_TRUE(port.appended[0].note);
  EXPECT_EQ(port.appended[0].note->starts, (std::vector<term_start>{{1, 1}, {term, 7}}));
  EXPECT_EQ(port.last_to<cluster::new_term>(2).end, 7u);
}

TEST_F(Primary, ShipsAnEpochBeforeItsOwnDiskHasIt) {
  serve({self, two, three});
  close();
  EXPECT_EQ(shipped(two), (numbers{1, 2}));
  EXPECT_EQ(shipped(three), (numbers{1, 2}));
  EXPECT_EQ(numbers_of(port.appended.back().epochs), (numbers{2}));
  acknowledges(two, 2);
  acknowledges(three, 2);
  EXPECT_TRUE(port.told_committed.empty());
  leader->journaled(2, start);
  EXPECT_EQ(port.told_committed, (numbers{2}));
}

TEST_F(Primary, SendsAFollowerWhatItLacks) {
  serve({self, two});
  close();
  close();
  leader->take(three, join{}, start + 1s);
  leader->take(three, join_ack{term, port.last_to<cluster::new_term>(3).attempt, 1, true, 0}, start);
  EXPECT_EQ(shipped(three), (numbers{2, 3}));
}

TEST_F(Primary, SendsNoMoreThanTheWindowUnacknowledged) {
  options.window_bytes = 2 * runtime::record_bytes(*make_epoch(term, 1, 1));
  options.limits.batch_bytes = 1;
  serve({self, two});
  for (int i = 0; i < 4; ++i)
    close();
  EXPECT_EQ(shipped(two), (numbers{1, 2, 3}));
  acknowledges(two, 2);
  EXPECT_EQ(shipped(two), (numbers{1, 2, 3, 4}));
}

TEST_F(Primary, SendsAgainWhatIsNotAcknowledgedInTime) {
  serve({self, two});
  close();
  leader->tick(start + 299ms);
  EXPECT_EQ(shipped(two), (numbers{1, 2}));
  leader->tick(start + 300ms);
  EXPECT_EQ(shipped(two), (numbers{1, 2, 2}));
}

TEST_F(Primary, GoesBackToWhatAFollowerExpects) {
  serve({self, two});
  close();
  close();
  leader->take(two, append_nack{term, 1}, start); // Late: it is there.
  leader->take(two, append_nack{term, 4}, start); // Under way.
  EXPECT_EQ(shipped(two), (numbers{1, 2, 3}));
  leader->take(two, append_nack{term, 2}, start);
  EXPECT_EQ(shipped(two), (numbers{1, 2, 3, 2, 3}));
}

TEST_F(Primary, TakesWhatAFollowerExpectsForNoAcknowledgement) {
  serve({self, two});
  close();
  close();
  leader->journaled(3, start);
  leader->take(two, append_nack{term, 3}, start); // It may have 2 in memory, and lose it.
  EXPECT_EQ(committed(), 1u);
}

TEST_F(Primary, TellsFollowersWhatIsCommitted) {
  serve({self, two});
  leader->tick(start);
  const auto said = port.last_to<append>(2);
  EXPECT_TRUE(said.epochs.empty());
  EXPECT_EQ(said.committed, 1u);
  const auto count = port.sent.size();
  leader->tick(start);
  EXPECT_EQ(port.sent_to<append>(2).size(), 2u);
  EXPECT_EQ(port.sent.size(), count);
}

TEST_F(Primary, LeadsWhoAnnouncesItselfIfACopyBelongsThere) {
  lead({self, two}, {});
  const auto leads = [&] { return port.sent_to<cluster::new_term>(2).size(); };
  leader->take(two, join{}, start + 49ms); // The last `new_term` is under way.
  EXPECT_EQ(leads(), 1u);
  leader->take(two, join{}, start + 50ms);
  EXPECT_EQ(leads(), 2u);
  leader->take({9, 1}, join{}, start + 50ms);
  EXPECT_TRUE(port.sent_to<cluster::new_term>(9).empty());
}

// -- what does not count -------------------------------------------------------------------------

TEST_F(Primary, CountsNoAnswerToAnEarlierLead) {
  lead({self, two}, {});
  leader->journaled(1, start);
  leader->take(two, join{}, start + 1s);
  const auto newest = port.last_to<cluster::new_term>(2).attempt;
  leader->take(two, join_ack{term, newest - 1, 1, true, 0}, start);
  EXPECT_EQ(committed(), 0u);
  leader->take(two, join_ack{term, newest, 1, true, 0}, start);
  EXPECT_EQ(committed(), 1u);
}

TEST_F(Primary, CountsNoAcknowledgementOfAnotherTermOrBeyondItsJournal) {
  lead({self, two}, {});
  follows(two, 0);
  leader->journaled(1, start);
  leader->take(two, append_ack{term - 1, 1, true}, start);
  acknowledges(two, 2);
  EXPECT_EQ(committed(), 0u);
}

TEST_F(Primary, CountsNoAcknowledgementOfBeforeARestart) {
  serve({self, two});
  close();
  leader->journaled(2, start);
  leader->take(two, join{}, start + 1s); // It follows nobody: it was restarted.
  acknowledges(two, 2);                  // Of before.
  EXPECT_EQ(committed(), 1u);
  follows(two, 1);
  acknowledges(two, 2);
  EXPECT_EQ(committed(), 2u);
}

TEST_F(Primary, TellsADiskThatLacksWhatItAcknowledged) {
  serve({self, two});
  follows(two, 0);
  EXPECT_EQ(port.last_to<lost_writes>(2).acknowledged, 1u);
  close();
  leader->journaled(2, start);
  EXPECT_EQ(committed(), 1u);
}

TEST_F(Primary, ExpectsNothingOfANewIncarnation) {
  serve({self, two});
  follows({2, 2}, 0);
  EXPECT_TRUE(port.sent_to<lost_writes>(2).empty());
  EXPECT_EQ(shipped(two), (numbers{1, 1}));
}

// -- copies --------------------------------------------------------------------------------------

class PrimaryCopies : public test::primary_bench {
protected:
  /// The journal begins with the epoch of the opening, 6: who lacks more needs the rows.
  PrimaryCopies() {
    open({.applied = 5, .end = 5, .starts = {{1, 1}}, .promised = term});
    lead({self, two}, {});
    leader->journaled(6, start);
  }
  std::size_t pages(const replica_id& to) const { return port.sent_to<install_snapshot>(to.node).size(); }
  /// The copy's one page is stored, its state hashed, and its end stored.
  void finish_copy(const replica_id& to, std::uint64_t number) {
    leader->take(to, install_snapshot_ack{term, number, 1}, start);
    leader->state_hashed(port.next_hash(), 5, 99, start);
    leader->take(to, install_snapshot_ack{term, number, 2}, start);
  }
};

TEST_F(PrimaryCopies, GivesTheRowsToWhomTheJournalDoesNotReachBack) {
  follows(two, 5);
  EXPECT_EQ(pages(two), 0u);
  EXPECT_EQ(shipped(two), (numbers{6}));
  follows(three, 4);
  ASSERT_EQ(pages(three), 1u);
  EXPECT_EQ(port.last_to<install_snapshot>(3).base.epoch, 5u);
  EXPECT_TRUE(shipped(three).empty());
  finish_copy(three, 1);
  EXPECT_EQ(shipped(three), (numbers{6}));
}

TEST_F(PrimaryCopies, GivesTheRowsToWhoHasAnIncompleteCopy) {
  follows(two, 6, false);
  EXPECT_EQ(pages(two), 1u);
  EXPECT_EQ(committed(), 5u);
}

TEST_F(PrimaryCopies, GivesThemToOneAtATime) {
  follows(two, 1);
  follows(three, 1);
  leader->tick(start);
  EXPECT_EQ(pages(three), 0u);
  finish_copy(two, 1);
  leader->tick(start);
  EXPECT_EQ(pages(three), 1u);
}

TEST_F(PrimaryCopies, CountsNothingThatWasSaidBeforeACopy) {
  follows(two, 1);
  acknowledges(two, 6); // Late, of the journal that the copy replaces.
  EXPECT_EQ(committed(), 5u);
  finish_copy(two, 1);
  EXPECT_EQ(committed(), 5u);
  acknowledges(two, 6);
  EXPECT_EQ(committed(), 6u);
}

TEST_F(PrimaryCopies, ExpectsNothingOfAnIncompleteCopy) {
  follows(two, 1);
  finish_copy(two, 1); // It has 5, but does not say yet that it is whole.
  follows(two, 0, false, 0);
  EXPECT_TRUE(port.sent_to<lost_writes>(2).empty());
  EXPECT_EQ(port.last_to<install_snapshot>(2).copy, 2u);
}

TEST_F(PrimaryCopies, AsksAgainWhetherACopyIsWhole) {
  follows(two, 1);
  finish_copy(two, 1);
  leader->take(two, append_ack{term, 6, false, committed()}, start); // Its hash is being computed.
  port.sent.clear();
  leader->tick(start + 1s);
  ASSERT_EQ(port.sent_to<append>(2).size(), 1u);
  leader->tick(start + 2s); // Its answer was lost.
  EXPECT_EQ(port.sent_to<append>(2).size(), 2u);
  leader->take(two, append_ack{term, 6, true, committed()}, start + 2s);
  leader->tick(start + 3s);
  EXPECT_EQ(port.sent_to<append>(2).size(), 2u);
}

TEST_F(PrimaryCopies, GoesOnWithACopyWhoseTakerFollowsAgain) {
  follows(two, 1);
  follows(two, 0, false, 1);
  EXPECT_EQ(pages(two), 1u);
  follows(two, 0, false, 0); // It was restarted, and knows nothing of it.
  EXPECT_EQ(port.last_to<install_snapshot>(2).copy, 2u);
}

TEST_F(PrimaryCopies, BeginsACopyAnewForWhichTheJournalWouldGrowTooLarge) {
  options.limits.held_bytes = options.limits.retained_bytes = 0;
  open({.applied = 5, .end = 5, .starts = {{1, 1}}, .promised = term});
  lead({self}, {});
  options.minimum = 1;
  leader->journaled(6, start);
  follows(two, 1);
  ASSERT_EQ(port.last_to<install_snapshot>(2).base.epoch, 5u);
  core->log().applied(6); // Not kept for the copy, which began behind it.
  leader->tick(start);
  leader->tick(start);
  EXPECT_EQ(port.last_to<install_snapshot>(2).copy, 2u);
}

} // namespace
} // namespace orderd::cluster
