// A configuration store that is not believed. Faults: the store
// loses everything, is set back to a backup, or is another cluster's; the node goes on with what it holds.
#include "tests/actor/cluster/directory/lost_store_bench.hpp"

#include "cluster/configuration/known_disks.hpp"
#include "cluster/configuration/lost_mark.hpp"

namespace orderd::cluster {
namespace {

TEST_F(DirectoryOfALostStore, AnEmptyStoreChangesNothing) {
  register_.lose_everything();
  system_.pass(a_poll); // Marks it as lost, so that nobody founds another cluster there.
  ASSERT_TRUE(register_.values().contains(lost_name));
  EXPECT_EQ(register_.values().at(lost_name).value, "c1");
  expect_no_belief();
  EXPECT_EQ(register_.values().size(), 1u);
  EXPECT_EQ(trouble("empty"), 1);
}

TEST_F(DirectoryOfALostStore, AStoreOfAnotherClusterChangesNothing) {
  register_.lose_everything();
  write(cluster_name, encode(cluster_terms{"c2", 2, 3}));
  for (int i = 0; i < 20; ++i)
    write(name_of_shard(0), encode(assignment{9, {3, 1}, {{3, 1}}, {}, {3}}));
  expect_no_belief();
  EXPECT_EQ(trouble("foreign"), 1);
}

TEST_F(DirectoryOfALostStore, AStoreSetBackToAnOlderBackupChangesNothingHoweverMuchItGrows) {
  register_.restore(older_);
  system_.pass(a_poll);
  auto grown = now_;
  grown.term = 7;
  for (int i = 0; i < 20; ++i)
    write(name_of_shard(0), encode(grown));
  expect_no_belief();
  EXPECT_EQ(trouble("older"), 1);
}

/// Nor does the next life of the node.
TEST_F(DirectoryOfALostStore, ANodeThatStartsBesideAnEmptyStoreGoesOnWithWhatItHolds) {
  system_.kill({directory_});
  register_.lose_everything();
  directory_options options;
  options.terms = terms_;
  options.self = 1;
  options.held = *held_;
  spawn(options);
  EXPECT_TRUE(register_.values().contains(lost_name));
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(told(0).what, now_);
  EXPECT_EQ(told(0).version, version_);
  EXPECT_EQ(replica_nodes_.back().nodes->size(), 3u);
  seen_.clear();
  expect_no_belief();
}

TEST_F(DirectoryOfALostStore, TheSameStoreBackIsBelieved) {
  const auto real = register_.backup();
  register_.lose_everything();
  system_.pass(a_poll);
  register_.restore(older_);
  system_.pass(a_poll);
  auto late = *held_; // Of a node that does not look before the takeover.
  register_.restore(real);
  system_.pass(a_poll);
  propose(told(0).version, taken_over(now_, {2, 1}, 2));
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what.term, 4u);
  EXPECT_EQ(trouble("empty") + trouble("older"), 0);
  const auto there = read_content(register_.values());
  const auto verdict = late.judge(there);
  EXPECT_EQ(to_string(verdict.what), "believed") << verdict.why;
  late.take(there, verdict);
  EXPECT_EQ(late.shards()[0].what.term, 4u);
}

/// Versions begin again in a new store.
TEST_F(DirectoryOfALostStore, RecordsOfAHigherGenerationAreBelievedWhateverTheirVersion) {
  register_.lose_everything();
  system_.pass(a_poll);
  auto terms = terms_;
  terms.generation = 1;
  auto restored = now_;
  restored.term = 1'003;
  write(name_of_shard(0), encode(restored));
  write(cluster_name, encode(terms));
  system_.pass(a_poll);
  EXPECT_EQ(told(0).what, restored);
  EXPECT_GT(told(0).version, version_);
  propose(version_, taken_over(now_, {2, 1}, 2)); // Of before the store was lost.
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what, restored);
  propose(told(0).version, taken_over(restored, {2, 1}, 2));
  ASSERT_EQ(decided_.size(), 2u);
  EXPECT_EQ(decided_[1].now_there.what.term, 1'004u);
}

/// The store that was lost and restored has the record under the very version this node has read.
TEST_F(DirectoryOfALostStore, AProposalOfAnEarlierGenerationChangesNothingThoughItsVersionFits) {
  auto restored = now_;
  restored.term = 1'003;
  auto terms = terms_;
  terms.generation = 1;
  register_.lose_everything();
  while (stored(0).version < version_)
    register_.put(name_of_shard(0), encode(restored));
  register_.put(cluster_name, encode(terms));
  ASSERT_EQ(stored(0).version, version_);
  propose(version_, taken_over(now_, {2, 1}, 2));
  EXPECT_EQ(stored(0).what, restored);
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what, restored);
}

/// What it knows of that shard fits the backup; what it knows of another one tells that the backup is old.
TEST_F(DirectoryOfALostStore, AProposalMeetsNoStoreThatWasSetBackSinceItWasRead) {
  const auto backup = register_.backup();
  auto other = stored(1).what;
  ++other.term;
  write(name_of_shard(1), encode(other));
  system_.pass(a_poll);
  register_.restore(backup);
  propose(version_, taken_over(now_, {2, 1}, 2));
  EXPECT_EQ(stored(0).what, now_);
  EXPECT_TRUE(decided_.empty());
}

/// A store is lost between a read and a proposal.
TEST_F(DirectoryOfALostStore, AProposalThatMeetsAnotherStoreIsUndecided) {
  register_.lose_everything();
  write(cluster_name, encode(cluster_terms{"c2", 2, 3}));
  for (int i = 0; i < 20; ++i)
    write(name_of_shard(0), encode(assignment{9, {3, 1}, {{3, 1}}, {}, {3}}));
  propose(version_, taken_over(now_, {2, 1}, 2));
  EXPECT_TRUE(decided_.empty());
  system_.pass(a_poll);
  EXPECT_TRUE(decided_.empty());
  EXPECT_EQ(undecided_.size(), 1u);
}

TEST_F(DirectoryOfALostStore, AShardWhoseTermWouldWrapGoesOnAsItIs) {
  auto poisoned = now_;
  poisoned.term = ~std::uint64_t{0};
  write(name_of_shard(0), encode(poisoned));
  system_.pass(a_poll);
  EXPECT_TRUE(seen_.empty());
  EXPECT_EQ(trouble("records"), 1);
  write(name_of_shard(0), encode(taken_over(now_, {2, 1}, 2)));
  system_.pass(a_poll);
  EXPECT_EQ(told(0).what.term, 4u);
  EXPECT_EQ(trouble("records"), 0);
}

// -- records of nodes ----------------------------------------------------------------------------

TEST_F(DirectoryOfALostStore, ANodeWhoseRecordIsGoneOrUnreadableStaysKnown) {
  for (const char* record : {"", "\xff\xff"}) {
    if (*record == 0)
      register_.erase(name_of_node(2));
    else
      register_.put(name_of_node(2), record);
    system_.pass(a_poll);
    EXPECT_EQ(replica_nodes_.back().nodes->size(), 3u);
    EXPECT_EQ(endpoints_.back().nodes.size(), 3u);
    EXPECT_EQ(trouble("records"), 1);
    EXPECT_TRUE(held_->nodes().contains(2));
  }
  announce_node(2);
  system_.pass(a_poll);
  EXPECT_EQ(trouble("records"), 0);
}

TEST_F(DirectoryOfALostStore, ANodeAnnouncesItselfAgainWhenItsOwnRecordIsGone) {
  const auto mine = register_.values().at(name_of_node(1)).value;
  for (const char* record : {"", "\xff\xff"}) {
    if (*record == 0)
      register_.erase(name_of_node(1));
    else
      register_.put(name_of_node(1), record);
    system_.pass(a_poll);
    ASSERT_TRUE(register_.values().contains(name_of_node(1)));
    EXPECT_EQ(register_.values().at(name_of_node(1)).value, mine);
    system_.pass(a_poll);
    EXPECT_EQ(trouble("records"), 0);
  }
}

} // namespace
} // namespace orderd::cluster
