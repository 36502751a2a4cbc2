// Who a replica is, and how that changes: takeover, promise, stepping down (B1 to B8, C4, D1 to D3, E1).
#include "tests/support/replica_bench.hpp"

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using test::make_epoch;

class Replica : public test::replica_bench {};

TEST_F(Replica, AsksTheStoreWhenItStarts) {
  replica_->start();
  EXPECT_EQ(port_.look_ups, 1);
  EXPECT_EQ(port_.retained, (std::vector<std::uint64_t>{1}));
  now_ += 1h;
  tick();
  EXPECT_TRUE(port_.proposed.empty()); // It knows of nothing to take over.
}

TEST_F(Replica, TakesNoOlderAssignment) {
  knows(8, led_by_one());
  knows(7, taken_over(led_by_one(), self, 2));
  EXPECT_EQ(replica_->known().version, 8u);
  EXPECT_TRUE(port_.written.empty());
}

// -- candidates ----------------------------------------------------------------------------------

TEST_F(Replica, TakesOverWhenItsGraceIsOver) {
  settle();
  now_ += 549ms;
  tick();
  EXPECT_TRUE(port_.proposed.empty());
  now_ += 1ms;
  tick();
  ASSERT_EQ(port_.proposed.size(), 1u);
  EXPECT_EQ(port_.proposed[0].version, 8u);
  EXPECT_EQ(port_.proposed[0].what, taken_over(led_by_one(), self, 2));
}

TEST_F(Replica, TakesOverFromNobodyItHears) {
  settle();
  for (int i = 0; i < 20; ++i) {
    now_ += 100ms;
    EXPECT_TRUE(acknowledges_heartbeat());
    tick();
  }
  EXPECT_TRUE(port_.proposed.empty());
}

TEST_F(Replica, TakesOverOnlyWhereItMayLead) {
  const replica_id earlier{self.node, 0};
  const struct {
    const char* what;
    assignment known;
    bool copying, takes_over;
  } rows[] = {
      {"in sync", led_by_one(), false, true},
      {"not in sync", {3, one, {one, three}, {}, {1, 2, 3}}, false, false},
      {"in sync with an earlier disk", {3, one, {one, earlier}, {}, {1, 2, 3}}, false, false},
      {"eligible, while too few are in sync", {3, one, {one}, {self}, {1, 2, 3}}, false, true},
      {"eligible, but enough are in sync", {3, one, {one, three}, {self}, {1, 2, 3}}, false, false},
      {"in sync, with an incomplete copy", led_by_one(), true, false},
  };
  for (const auto& row : rows) {
    port_.proposed.clear();
    auto start = disk();
    start.copying = row.copying;
    open(start);
    knows(7, row.known);
    knows(8, row.known);
    now_ += 1s;
    tick();
    EXPECT_EQ(candidacies(), row.takes_over ? 1u : 0u) << row.what;
  }
}

TEST_F(Replica, ProposesTheSameAgainUntilTheOutcomeIsKnown) {
  settle();
  now_ += 550ms;
  tick();
  tick();
  ASSERT_EQ(port_.proposed.size(), 1u);
  replica_->undecided();
  tick();
  tick();
  ASSERT_EQ(port_.proposed.size(), 2u);
  EXPECT_EQ(port_.proposed[1].version, port_.proposed[0].version);
  EXPECT_EQ(port_.proposed[1].what, port_.proposed[0].what);
}

TEST_F(Replica, FollowsWhoeverTookOverFirst) {
  settle();
  now_ += 550ms;
  tick();
  knows(9, taken_over(led_by_one(), three, 2));
  now_ += 100ms;
  tick();
  EXPECT_EQ(candidacies(), 1u);
  EXPECT_FALSE(replica_->leads());
  EXPECT_EQ(port_.last_to<join>(three.node).promised, 3u);
  EXPECT_TRUE(board_->take({false, three, 1, {{options_.shard, 4}}}, now_)); // It grants leases to it.
}

TEST_F(Replica, GoesOnFollowingUntilItsTakeoverHasSucceeded) {
  settle();
  says(one, new_term{3, 1, {{1, 1}, {3, 3}}, 4, 2});
  note_durable();
  now_ += 550ms;
  tick();
  ASSERT_EQ(candidacies(), 1u);
  says(one, append{3, {make_epoch(3, 5, 3)}, 2});
  replica_->journaled(5, now_);
  EXPECT_EQ(port_.last_to<append_ack>(one.node).end, 5u);
  knows(9, taken_over(led_by_one(), self, 2));
  says(one, append{3, {make_epoch(3, 6, 3)}, 2});
  EXPECT_EQ(port_.last_to<stale_term>(one.node).promised, 4u);
  EXPECT_EQ(replica_->log().end(), 5u);
}

TEST_F(Replica, BeginsAnotherTermAfterItsOwnRestart) {
  const assignment mine{3, self, {self, three}, {}, {2, 3}};
  knows(7, mine);
  EXPECT_TRUE(port_.written.empty()); // What it did in term 3 it does not know.
  tick();
  ASSERT_EQ(port_.proposed.size(), 1u);
  EXPECT_EQ(port_.proposed[0].what, handed_over(mine, self, 2));
  EXPECT_EQ(port_.proposed[0].what.term, 4u);
}

// -- leases of a replica that may come to lead ---------------------------------------------------

TEST_F(Replica, GrantsNoLeaseWhileATakeoverOfAnEarlierLifeMayTakePlace) {
  settle();
  now_ += 550ms;
  tick();
  const auto earlier = port_.proposed.back(); // On its way to the store, on version 8, ...
  open(disk());                               // ... when the node is restarted.
  knows(8, led_by_one());
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(acknowledges_heartbeat());
    now_ += 100ms;
    tick();
  }
  EXPECT_EQ(candidacies(), 1u); // It hears the primary, and follows it.
  knows(9, earlier.what);       // It takes place after all: the old primary has no lease.
  EXPECT_EQ(port_.written.back().note.promised, 4u);
  EXPECT_FALSE(acknowledges_heartbeat());
}

TEST_F(Replica, GrantsLeasesOnceNothingItProposedCanTakePlace) {
  knows(8, led_by_one());
  EXPECT_FALSE(acknowledges_heartbeat());
  tick();
  ASSERT_EQ(port_.proposed.size(), 1u); // The same on the same version: whatever came before is overtaken.
  EXPECT_EQ(port_.proposed[0].version, 8u);
  EXPECT_EQ(port_.proposed[0].what, led_by_one());
  replica_->undecided();
  EXPECT_FALSE(acknowledges_heartbeat());
  tick();
  EXPECT_EQ(port_.proposed.size(), 2u);
  knows(9, led_by_one());
  EXPECT_TRUE(acknowledges_heartbeat());
}

TEST_F(Replica, GrantsLeasesAtOnceWhereItMayNotLead) {
  knows(7, {3, one, {one, three}, {}, {1, 2, 3}});
  EXPECT_TRUE(acknowledges_heartbeat());
  tick();
  EXPECT_TRUE(port_.proposed.empty());
}

// -- the promise ---------------------------------------------------------------------------------

TEST_F(Replica, LeadsOnceItsTermIsDurable) {
  take_over();
  ASSERT_EQ(port_.written.size(), 1u);
  EXPECT_EQ(port_.written[0].note.promised, 4u);
  EXPECT_FALSE(port_.written[0].keep_upto);
  EXPECT_FALSE(replica_->leads());
  EXPECT_TRUE(port_.appended.empty());
  EXPECT_TRUE(port_.sent_to<new_term>(three.node).empty());
  note_durable();
  EXPECT_TRUE(replica_->leads());
  EXPECT_FALSE(replica_->serving());
  EXPECT_EQ(port_.last_to<new_term>(three.node).term, 4u);
  EXPECT_EQ(port_.appended.at(0).epochs.at(0)->number, 5u);
}

TEST_F(Replica, FindsTheEndOfItsJournalBehindItsPromise) {
  settle();
  says(one, new_term{3, 1, {{1, 1}, {3, 3}}, 4, 2});
  note_durable();
  says(one, append{3, {make_epoch(3, 5, 3)}, 2}); // On its way to the disk.
  now_ += 550ms;
  tick();
  knows(9, taken_over(led_by_one(), self, 2));
  note_durable(); // The journal is written in the order in which it was asked to.
  EXPECT_EQ(replica_->log().durable(), 5u);
  EXPECT_EQ(replica_->log().end(), 6u);
}

TEST_F(Replica, TakesNoOtherNoteForThatOfItsTerm) {
  settle();
  says(one, new_term{3, 1, {{1, 1}, {3, 3}}, 4, 2}); // As a follower, it is writing one.
  now_ += 550ms;
  tick();
  knows(9, taken_over(led_by_one(), self, 2));
  note_durable();
  EXPECT_FALSE(replica_->leads());
  note_durable();
  EXPECT_TRUE(replica_->leads());
}

TEST_F(Replica, RefusesLowerTermsWhileItPromises) {
  take_over();
  says(three, new_term{3, 1, {}, 9, 9});
  EXPECT_EQ(port_.last_to<stale_term>(three.node).promised, 4u);
  says(three, join{3});
  EXPECT_EQ(port_.sent_to<stale_term>(three.node).size(), 2u);
}

TEST_F(Replica, DoesNotLeadATermThatWasOvertakenMeanwhile) {
  take_over();
  knows(10, {5, three, {self, three}, {}, {1, 2, 3}});
  note_durable();
  EXPECT_FALSE(replica_->leads());
  EXPECT_TRUE(port_.appended.empty());
  tick();
  EXPECT_EQ(port_.last_to<join>(three.node).promised, 4u);
}

TEST_F(Replica, DoesNotLeadWithAnIncompleteCopy) {
  auto start = disk();
  start.copying = true;
  open(start);
  knows(7, {4, self, {self, three}, {}, {2, 3}});
  tick();
  EXPECT_TRUE(port_.written.empty());
  EXPECT_TRUE(port_.proposed.empty());
}

// -- stepping down -------------------------------------------------------------------------------

TEST_F(Replica, ServesFromTheFirstEpochOfItsTerm) {
  serve();
  EXPECT_TRUE(replica_->serving());
  EXPECT_EQ(port_.engines, (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{4, 5}}));
}

TEST_F(Replica, StopsTheEngineWhenTheStoreHasTheHigherTermThatItHeardOf) {
  const struct {
    const char* what;
    peer_body said;
  } rows[] = {
      {"refused", stale_term{5}},
      {"join", join{5}},
      {"lead", new_term{5, 1, {{1, 1}, {3, 3}, {5, 5}}, 5, 4}},
      {"handed over", transfer_leadership{5}},
  };
  for (const auto& row : rows) {
    now_ += 1h;
    port_ = {};
    open(disk());
    serve();
    const auto look_ups = port_.look_ups;
    says(three, row.said);
    says(three, row.said); // The first look is surely under way.
    EXPECT_EQ(port_.look_ups, look_ups + 1) << row.what;
    EXPECT_TRUE(replica_->leads()) << row.what; // Anyone can say so.
    EXPECT_EQ(port_.engines_stopped, 0) << row.what;
    knows(10, {5, three, {self, three}, {}, {1, 2, 3}});
    EXPECT_EQ(port_.engines_stopped, 1) << row.what;
    EXPECT_FALSE(replica_->leads()) << row.what;
    EXPECT_TRUE(board_->next(now_).shards.empty()) << row.what;
    const auto appended = port_.appended.size();
    replica_->engine_closed(make_epoch(4, 6, 4), now_); // It was under way.
    EXPECT_EQ(port_.appended.size(), appended) << row.what;
  }
}

/// A follower that cannot reach the store hears of a term in every message.
TEST_F(Replica, LooksAtTheStoreAtABoundedRateHoweverMuchItHears) {
  settle();
  const auto before = port_.look_ups;
  for (int i = 0; i < 1'000; ++i) {
    says(three, append{4, {}, 0});
    now_ += 1ms;
  }
  EXPECT_LE(port_.look_ups - before, 21);
}

TEST_F(Replica, TellsItsSuccessorToLookAtTheStore) {
  serve();
  knows(10, handed_over({4, self, {self, three}, {}, {3, 2}}, three, 2));
  EXPECT_EQ(port_.engines_stopped, 1);
  EXPECT_EQ(port_.last_to<transfer_leadership>(three.node).term, 5u);
}

// -- late answers --------------------------------------------------------------------------------

TEST_F(Replica, TakesNoAnswerOfTheRowsThatACopyReplaces) {
  settle();
  says(one, new_term{3, 1, {{1, 1}, {3, 3}}, 4, 2});
  note_durable();
  says(one, install_snapshot{3, 1, 0, {1, 1}, {}, false, 0, 0});
  replica_->applied(2, now_); // Of before; the copy begins at epoch 1.
  EXPECT_EQ(replica_->log().applied(), 1u);
  note_durable();
  replica_->applied(2, now_);
  EXPECT_EQ(replica_->log().applied(), 1u);
}

/// Its clock may have stood still with it, for longer than it shows (E3).
TEST_F(Replica, NeedsLeasesGrantedSinceItStoodStill) {
  serve();
  const auto grant = [&] {
    board_->take({true, three, board_->next(now_).sent_at_ns, {{options_.shard, 4}}}, now_);
  };
  grant();
  tick();
  ASSERT_TRUE(replica_->serving());
  EXPECT_TRUE(replica_->may_answer(now_));
  now_ += 200ms;
  EXPECT_TRUE(replica_->may_answer(now_)); // late, but no more than a busy process is
  now_ += 201ms;
  grant();
  now_ += 1ms;
  EXPECT_FALSE(replica_->may_answer(now_)); // That heartbeat was sent when it stood still.
  grant();
  EXPECT_TRUE(replica_->may_answer(now_));
}

// -- whether anything new is taken ---------------------------------------------------------------

TEST_F(Replica, KnowsThatNobodyLeadsOnlyAfterATakeoverWouldHaveTaken) {
  tick(); // The store is not read yet.
  now_ += 399ms;
  EXPECT_FALSE(replica_->nobody_leads(now_));
  now_ += 1ms;
  EXPECT_TRUE(replica_->nobody_leads(now_));
  settle();
  acknowledges_heartbeat();
  tick();
  EXPECT_FALSE(replica_->nobody_leads(now_)) << "node 1 leads, and is heard";
  for (int i = 0; i < 45; ++i) { // It is heard no more, and the store does not answer to who would follow.
    now_ += 20ms;
    tick();
  }
  EXPECT_FALSE(replica_->nobody_leads(now_));
  now_ += 60ms;
  EXPECT_TRUE(replica_->nobody_leads(now_));
}

TEST_F(Replica, LeadsItselfOnlyOnceItServes) {
  take_over();
  tick();
  now_ += 400ms;
  EXPECT_TRUE(replica_->nobody_leads(now_)) << "what it led the shard with is not committed";
  serve();
  tick();
  EXPECT_FALSE(replica_->nobody_leads(now_));
}

TEST_F(Replica, TakesNewWorkAsLongAsEnoughAreHeard) {
  serve();
  const auto hear_three = [&] { board_->take({true, three, board_->next(now_).sent_at_ns, {{0, 4}}}, now_); };
  hear_three();
  tick();
  EXPECT_TRUE(replica_->takes_work());
  now_ += 551ms;
  EXPECT_TRUE(replica_->takes_work()) << "it is looked at with each tick, not with each request";
  tick();
  EXPECT_FALSE(replica_->takes_work());
  EXPECT_TRUE(replica_->can_commit());
  EXPECT_EQ(replica_->state(), "too few heard");
  hear_three();
  tick();
  EXPECT_TRUE(replica_->takes_work());
  EXPECT_EQ(replica_->state(), "serving");
}

} // namespace
} // namespace orderd::cluster
