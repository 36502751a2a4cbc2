// Who a primary wants in sync, when, and what it may do meanwhile (B5, C1, C2, C5, C7, E2).
#include "tests/support/primary_bench.hpp"

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using replicas = std::vector<replica_id>;

class PrimarySet : public test::primary_bench {
protected:
  /// What the primary proposes at that time, if anything new.
  std::optional<versioned_assignment> proposes(milliseconds at) {
    const auto before = port.proposed.size();
    leader->tick(start + at);
    if (port.proposed.size() == before)
      return std::nullopt;
    return port.proposed.back();
  }
  /// The store has this now.
  void assigned(const assignment& what) {
    core->learn({core->known().version + 1, what});
    leader->assigned(start);
  }
  /// Node 3 follows and has all of the journal.
  void three_catches_up() {
    follows(three, 0);
    acknowledges(three, core->log().end());
  }
};

// -- without a member ----------------------------------------------------------------------------

TEST_F(PrimarySet, GoesOnWithoutAMemberWhoseLeaseRanOut) {
  serve({self, two, three});
  leases(two, 700ms);
  leases(three, 600ms);
  EXPECT_FALSE(proposes(950ms));
  const auto next = proposes(951ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->version, 7u);
  EXPECT_EQ(next->what.in_sync, (replicas{self, two}));
  EXPECT_TRUE(next->what.eligible.empty());
  EXPECT_EQ(next->what.term, term);
}

/// A member may be the one that handed over: its leases were granted until this term began, and its clock may
/// be slower than this one (E1).
TEST_F(PrimarySet, LeavesNobodyOutForSilenceBeforeTheGraceOfItsTermIsOver) {
  serve({self, two, three});
  leases(two, 500ms);
  EXPECT_FALSE(proposes(549ms));
  const auto next = proposes(550ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.in_sync, (replicas{self, two}));
}

/// Far away each answer is to a heartbeat that is older than a lease.
TEST_F(PrimarySet, KeepsAMemberWhoseAnswersComeLate) {
  serve({self, two});
  for (auto sent = 300ms; sent < 3'000ms; sent += 100ms) {
    board.take({true, two, board.next(start + sent).sent_at_ns, {{0, term}}}, start + sent + 340ms);
    EXPECT_FALSE(proposes(sent + 439ms)) << sent.count();
  }
}

/// What the store decides is known at the next tick; node 3 is dead, and nothing is written (C9).
TEST_F(PrimarySet, LeavesADeadMemberOutOnceAndForAll) {
  serve({self, two, three});
  int changes = 0;
  for (auto at = 0ms; at < 3'000ms; at += 20ms) {
    leases(two, at);
    if (const auto next = proposes(at)) {
      ++changes;
      core->learn({core->known().version + 1, next->what});
      leader->assigned(start + at);
    }
  }
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(core->known().what.in_sync, (replicas{self, two}));
}

TEST_F(PrimarySet, GoesOnWithoutAMemberThatIsHeardButAcknowledgesNothing) {
  serve({self, two, three});
  close();
  acknowledges(two, 2);
  leases(two, 2'000ms);
  leases(three, 2'000ms);
  EXPECT_FALSE(proposes(2'000ms));
  const auto next = proposes(2'001ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.in_sync, (replicas{self, two}));
}

TEST_F(PrimarySet, KeepsAMemberThatHasNothingToAcknowledge) {
  serve({self, two});
  leases(two, 5'000ms);
  EXPECT_FALSE(proposes(5'000ms));
}

TEST_F(PrimarySet, MakesAMemberEligibleThatLeavesTooFewBehind) {
  serve({self, two});
  const auto next = proposes(1s);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.in_sync, (replicas{self}));
  EXPECT_EQ(next->what.eligible, (replicas{two}));
}

TEST_F(PrimarySet, CommitsNothingOnceTooFewAreLeft) {
  serve({self, two});
  close();
  leader->journaled(2, start);
  assigned({term, self, {self}, {two}, {1, 2, 3}});
  acknowledges(two, 2);
  EXPECT_FALSE(leader->can_commit());
  EXPECT_EQ(committed(), 1u);
}

TEST_F(PrimarySet, CountsASmallerSetOnceTheStoreHasIt) {
  serve({self, two, three});
  close();
  leader->journaled(2, start);
  acknowledges(two, 2);
  assigned({term, self, {self, two}, {}, {1, 2, 3}});
  EXPECT_EQ(committed(), 2u);
}

// -- with another --------------------------------------------------------------------------------

TEST_F(PrimarySet, LetsAFollowerJoinThatHasTheWholeJournal) {
  const struct {
    const char* what;
    std::uint64_t end;
    bool complete;
    std::vector<std::uint32_t> nodes;
    bool joins;
  } rows[] = {
      {"it has all", 2, true, {1, 2, 3}, true},
      {"the last epoch is missing", 1, true, {1, 2, 3}, false},
      {"its copy of the rows is not whole", 2, false, {1, 2, 3}, false},
      {"no copy belongs there", 2, true, {1, 2}, false},
  };
  for (const auto& row : rows) {
    open({.starts = {}, .promised = term});
    serve({self, two});
    close();
    follows(three, 0);
    acknowledges(two, 2);
    leases(two, 0ms);
    leader->take(three, append_ack{term, row.end, row.complete}, start);
    auto changed = core->known();
    ++changed.version;
    changed.what.nodes = row.nodes;
    core->learn(changed);
    const auto next = proposes(0ms);
    EXPECT_EQ(next.has_value(), row.joins) << row.what;
    if (next) {
      EXPECT_EQ(next->what.in_sync, (replicas{self, two, three})) << row.what;
    }
  }
}

TEST_F(PrimarySet, LetsNobodyJoinWhoStoppedFollowing) {
  serve({self, two});
  three_catches_up();
  leader->take(three, join{}, start);
  EXPECT_FALSE(proposes(0ms));
}

TEST_F(PrimarySet, LetsNobodyJoinWhoIsNotHeard) {
  serve({self, two});
  three_catches_up();
  leases(three, 100ms);
  leases(two, 400ms);
  EXPECT_FALSE(proposes(451ms));
  leases(three, 460ms);
  EXPECT_TRUE(proposes(460ms));
}

TEST_F(PrimarySet, LetsNobodyJoinWhoseLinkIsLost) {
  serve({self, two});
  three_catches_up();
  leader->link_lost(three.node);
  EXPECT_FALSE(proposes(0ms));
  leader->tick(start + 100ms); // It is asked where its journal ends.
  follows(three, 1);
  EXPECT_TRUE(proposes(100ms));
}

/// Node 3 is heard now and then: each time that it is left out soon after it came it waits twice as long.
TEST_F(PrimarySet, TakesAMemberThatComesAndGoesBackEverLater) {
  serve({self, two, three});
  std::vector<milliseconds> joined;
  for (auto at = 0ms; at < 60'000ms; at += 20ms) {
    leases(two, at);
    if (at.count() % 1'000 < 500)
      leases(three, at);
    const auto next = proposes(at);
    if (!next)
      continue;
    if (contains(next->what.in_sync, three))
      joined.push_back(at);
    core->learn({core->known().version + 1, next->what});
    leader->assigned(start + at);
  }
  ASSERT_GE(joined.size(), 4u);
  EXPECT_LE(joined.size(), 10u); // and not sixty
  EXPECT_LE(joined[1] - joined[0], 3'000ms);
  EXPECT_GE(joined.back() - joined[joined.size() - 2], 8'000ms);
}

/// Of whoever is needed to commit the next epoch nobody waits for a pause.
TEST_F(PrimarySet, TakesAMemberBackAtOnceWhenTooFewAreLeft) {
  serve({self, two});
  leases(two, 300ms);
  const auto next = proposes(700ms);
  ASSERT_TRUE(next);
  assigned(next->what);
  ASSERT_FALSE(leader->can_commit());
  leases(two, 720ms);
  EXPECT_TRUE(proposes(720ms));
}

TEST_F(PrimarySet, PutsANewIncarnationInThePlaceOfTheOld) {
  serve({self, two, three});
  const replica_id wiped{3, 2};
  follows(wiped, 0);
  acknowledges(wiped, 1);
  const auto next = proposes(0ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.in_sync, (replicas{self, two, wiped}));
}

TEST_F(PrimarySet, WaitsForAJoiningReplicaFromItsProposalOn) {
  serve({self, two});
  three_catches_up();
  ASSERT_TRUE(proposes(0ms));
  close();
  leader->journaled(2, start);
  acknowledges(two, 2);
  EXPECT_EQ(committed(), 1u); // If it joined, it may lead next.
  acknowledges(three, 2);
  EXPECT_EQ(committed(), 2u);
}

// -- a proposal whose outcome is not known -------------------------------------------------------

TEST_F(PrimarySet, ProposesNothingElseUntilTheOutcomeIsKnown) {
  serve({self, two});
  three_catches_up();
  const auto first = proposes(0ms);
  ASSERT_TRUE(first);
  EXPECT_FALSE(proposes(1s)); // Though nobody is heard any more.
  leader->undecided();
  const auto again = proposes(1s);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->version, first->version);
  EXPECT_EQ(again->what, first->what);
  EXPECT_FALSE(proposes(1s));
}

TEST_F(PrimarySet, ForgetsAProposalThatAnotherChangeOvertook) {
  serve({self, two});
  three_catches_up();
  ASSERT_TRUE(proposes(0ms));
  close();
  leader->journaled(2, start);
  acknowledges(two, 2);
  assigned({term, self, {self, two}, {}, {1, 2, 3, 4}});
  EXPECT_EQ(committed(), 2u); // 3 did not join, and never will by that.
  acknowledges(three, 2);
  const auto next = proposes(0ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->version, 8u);
  EXPECT_EQ(next->what.nodes.size(), 4u);
}

// -- the eligible --------------------------------------------------------------------------------

TEST_F(PrimarySet, ClearsTheEligibleOnceSomethingWasCommittedWithoutThem) {
  lead({self, two}, {three});
  follows(two, 0);
  leases(two, 0ms);
  EXPECT_FALSE(proposes(0ms));
  acknowledges(two, 1);
  leader->journaled(1, start);
  const auto next = proposes(0ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.in_sync, (replicas{self, two}));
  EXPECT_TRUE(next->what.eligible.empty());
}

TEST_F(PrimarySet, KeepsTheEligibleWhileNothingIsCommittedSinceTheSetWasTooSmall) {
  serve({self, two});
  assigned({term, self, {self}, {two}, {1, 2, 3}});
  three_catches_up();
  assigned({term, self, {self, three}, {two}, {1, 2, 3}});
  leader->take(two, join{}, start);
  leases(three, 0ms);
  EXPECT_FALSE(proposes(0ms));
  const auto next = proposes(1s); // 3 was lost again, before anything was committed.
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.eligible, (replicas{two, three}));
}

// -- handing over --------------------------------------------------------------------------------

TEST_F(PrimarySet, HandsOverToWhereThePrimaryBelongsWhenAllIsQuiet) {
  serve({self, two, three}, {}, {2, 1, 3});
  leases(two, 3'000ms);
  leases(three, 3'000ms);
  EXPECT_FALSE(proposes(2'999ms));
  const auto next = proposes(3'000ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.term, term + 1);
  EXPECT_EQ(next->what.primary, two);
  EXPECT_EQ(next->what.in_sync, (replicas{self, two, three}));
}

TEST_F(PrimarySet, HandsNothingOverToWhoLacksAnEpoch) {
  serve({self, two, three}, {}, {2, 1, 3});
  options.stuck_after = 1h;
  close();
  leases(two, 3'000ms);
  leases(three, 3'000ms);
  EXPECT_FALSE(proposes(3'000ms));
  acknowledges(two, 2);
  acknowledges(three, 2);
  EXPECT_TRUE(proposes(3'000ms));
}

// -- answers from memory -------------------------------------------------------------------------

TEST_F(PrimarySet, AnswersWhileEveryoneWhoMayLeadNextGrantsALease) {
  serve({self, two});
  const auto may_answer = [&](milliseconds at) { return leader->may_answer(start + at); };
  EXPECT_FALSE(may_answer(0ms));
  leases(two, 100ms);
  EXPECT_TRUE(may_answer(449ms));
  EXPECT_FALSE(may_answer(450ms));
  leases(two, 500ms);
  EXPECT_TRUE(may_answer(500ms));
  three_catches_up();
  leases(three, 150ms);
  ASSERT_TRUE(proposes(500ms));
  EXPECT_FALSE(may_answer(500ms)); // 3 may be in sync already.
  leases(three, 510ms);
  EXPECT_TRUE(may_answer(510ms));
}

TEST_F(PrimarySet, AnswersAfterItStoodStillUnderLeasesGrantedSinceOnly) {
  serve({self, two});
  leases(two, 100ms);
  EXPECT_TRUE(leader->may_answer(start + 300ms));
  leader->stood_still(start + 300ms);
  EXPECT_FALSE(leader->may_answer(start + 300ms));
  leases(two, 299ms); // sent before it
  EXPECT_FALSE(leader->may_answer(start + 300ms));
  leases(two, 300ms);
  EXPECT_TRUE(leader->may_answer(start + 310ms));
}

TEST_F(PrimarySet, AnswersNothingBeforeItServes) {
  lead({self, two}, {});
  leases(two, 0ms);
  EXPECT_FALSE(leader->may_answer(start));
}

TEST_F(PrimarySet, NeedsTheLeasesOfTheEligibleWhileTooFewAreInSync) {
  serve({self, two});
  assigned({term, self, {self}, {two}, {1, 2, 3}});
  EXPECT_FALSE(leader->may_answer(start));
  leases(two, 0ms);
  EXPECT_TRUE(leader->may_answer(start));
}

} // namespace
} // namespace orderd::cluster
