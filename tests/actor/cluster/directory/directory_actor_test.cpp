// What a node knows of the configuration store. Fault: the store does not answer, or loses its hints; what
// was known stays, and the next poll goes on.
#include "tests/actor/cluster/directory/directory_bench.hpp"

#include <algorithm>
#include <set>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;
using nodes = std::vector<std::uint32_t>;

// -- placement -----------------------------------------------------------------------------------

TEST_F(DirectoryActor, PlacesShardsOnceThereAreAsManyNodesAsCopies) {
  announce_node(1);
  announce_node(2);
  start();
  system_.pass(a_poll);
  EXPECT_EQ(stored(0).version, 0u);
  announce_node(3);
  system_.pass(a_poll);
  for (const std::uint32_t shard : {0u, 1u}) {
    const auto there = stored(shard);
    ASSERT_NE(there.version, 0u);
    EXPECT_EQ((std::set<std::uint32_t>{there.what.nodes.begin(), there.what.nodes.end()}),
              (std::set<std::uint32_t>{1, 2, 3}));
    EXPECT_EQ(there.what.in_sync.size(), 1u);
    EXPECT_EQ(told(shard).version, there.version);
  }
  EXPECT_NE(stored(0).what.primary, stored(1).what.primary);
}

TEST_F(DirectoryActor, PlacesFewerCopiesAfterAWait) {
  announce_node(1);
  announce_node(2);
  start();
  system_.pass(milliseconds{4'900});
  EXPECT_EQ(stored(0).version, 0u);
  system_.pass(a_poll);
  EXPECT_EQ(stored(0).what.nodes.size(), 2u);
}

TEST_F(DirectoryActor, PlacesNothingWithoutNodes) {
  start();
  for (int i = 0; i < 10; ++i)
    system_.pass(a_poll);
  EXPECT_EQ(stored(0).version, 0u);
}

TEST_F(DirectoryActor, TakesThePlacementOfWhoWasFirst) {
  const auto theirs = first_assignment({3, 1}, {3, 1, 2});
  for (const std::uint32_t node : {1u, 2u, 3u})
    announce_node(node);
  write(name_of_shard(0), encode(theirs));
  start();
  EXPECT_EQ(stored(0).what, theirs);
  EXPECT_EQ(told(0).what, theirs);
}

TEST_F(DirectoryActor, FindsAnotherPlaceForTheShardsItsNodeLeads) {
  announce_node(1);
  announce_node(2);
  write(name_of_shard(0), encode(first_assignment({1, 1}, {1, 2})));
  write(name_of_shard(1), encode(first_assignment({2, 1}, {2, 1})));
  start();
  announce_node(3);
  system_.pass(a_poll);
  EXPECT_EQ(stored(0).what.nodes, (nodes{1, 2, 3}));
  EXPECT_EQ(stored(0).what.term, 1u);
  EXPECT_EQ(told(0).what.nodes, (nodes{1, 2, 3}));
  EXPECT_EQ(stored(1).what.nodes, (nodes{2, 1})); // That is for node 2 to do.
}

/// Nobody could lead it, and nothing can be lost: its only copy was never joined by another.
TEST_F(DirectoryActor, PlacesAShardAgainWhoseFirstDiskWasLostBeforeAnyoneJoined) {
  const auto in_vain = first_assignment({3, 1}, {3, 1, 2});
  auto joined = first_assignment({3, 1}, {3, 1, 2});
  joined.in_sync = {{2, 1}, {3, 1}};
  announce_node(1);
  announce_node(2);
  announce_node(3, 2);
  write(name_of_shard(0), encode(in_vain));
  write(name_of_shard(1), encode(joined));
  start();
  system_.pass(a_poll);
  EXPECT_EQ(stored(0).what, (assignment{2, {3, 2}, {{3, 2}}, {}, {3, 1, 2}}));
  EXPECT_EQ(told(0).what, stored(0).what);
  EXPECT_EQ(stored(1).what, joined);
}

TEST_F(DirectoryActor, PlacesAShardAgainWhoseFirstDiskMadeWayForAnEarlierOne) {
  for (const std::uint32_t node : {1u, 2u, 3u})
    announce_node(node);
  write(name_of_shard(0), encode(assignment{2, {3, 2}, {{3, 2}}, {}, {3, 1, 2}}));
  start();
  system_.pass(a_poll);
  EXPECT_EQ(stored(0).what, (assignment{3, {3, 1}, {{3, 1}}, {}, {3, 1, 2}}));
}

// -- news ----------------------------------------------------------------------------------------

TEST_F(DirectoryActor, TellsWhatHasChangedAndNothingElse) {
  for (const std::uint32_t node : {1u, 2u, 3u})
    announce_node(node);
  start();
  const auto seen = seen_.size();
  ASSERT_EQ(replica_nodes_.size(), 1u);
  for (int i = 0; i < 3; ++i)
    system_.pass(a_poll);
  EXPECT_EQ(seen_.size(), seen);
  EXPECT_EQ(replica_nodes_.size(), 1u);
  EXPECT_EQ(endpoints_.size(), 1u);
  auto changed = stored(1).what;
  ++changed.term;
  write(name_of_shard(1), encode(changed));
  system_.pass(a_poll); // Its hint is never delivered.
  ASSERT_EQ(seen_.size(), seen + 1);
  EXPECT_EQ(told(1).what, changed);
  EXPECT_EQ(told(0).version, stored(0).version);
}

TEST_F(DirectoryActor, TellsEveryoneWhereTheNodesAre) {
  announce_node(1);
  announce_node(4);
  start();
  ASSERT_EQ(replica_nodes_.size(), 1u);
  ASSERT_EQ(node_nodes_.size(), 1u);
  EXPECT_EQ(replica_nodes_[0].nodes->at(4).client_endpoint, "10.0.0.4:1");
  EXPECT_EQ(node_nodes_[0].nodes->size(), 2u);
  ASSERT_EQ(endpoints_.size(), 1u);
  EXPECT_EQ(endpoints_[0].nodes, (std::map<std::uint32_t, std::string>{{1, "peer:1"}, {4, "peer:4"}}));
  EXPECT_EQ(heartbeats_to_.size(), 2u);
}

TEST_F(DirectoryActor, ReadsAtOnceWhenTheStoreHintsOrAReplicaAsks) {
  start();
  announce_node(1);
  system_.run();
  EXPECT_TRUE(replica_nodes_.empty());
  register_.deliver_hints();
  system_.run();
  EXPECT_EQ(replica_nodes_.size(), 1u);
  announce_node(2);
  caf::send_as(host_, directory_, look_up_assignments{});
  system_.run();
  EXPECT_EQ(replica_nodes_.size(), 2u);
}

/// Of a store that answers slowly, or not at all, thousands may ask before it has answered once.
TEST_F(DirectoryActor, ReadsOnceForAllWhoAskBeforeItBegins) {
  start();
  const auto calls = client_.calls().size();
  for (int i = 0; i < 1'000; ++i)
    caf::send_as(host_, directory_, look_up_assignments{});
  system_.run();
  EXPECT_EQ(client_.calls().substr(calls), a_read());
}

TEST_F(DirectoryActor, ProposesAfterOneLookAtTheStoreThatAnswersAll) {
  const auto mine = first_assignment({1, 1}, {1, 2, 3});
  start();
  const auto calls = client_.calls().size();
  for (int i = 0; i < 100; ++i)
    caf::send_as(host_, directory_, look_up_assignments{});
  caf::send_as(host_, directory_, propose_assignment{0, 0, mine});
  system_.run();
  EXPECT_EQ(client_.calls().substr(calls), a_read() + "w");
  EXPECT_EQ(decided_.size(), 1u);
}

TEST_F(DirectoryActor, KeepsWhatItKnowsOfAShardWhoseAssignmentIsDamaged) {
  const auto before = first_assignment({1, 1}, {1, 2, 3});
  write(name_of_shard(0), encode(before));
  start();
  write(name_of_shard(0), "no assignment");
  write(name_of_shard(1), encode(before));
  system_.pass(a_poll);
  EXPECT_EQ(told(0).what, before);
  EXPECT_EQ(told(1).what, before);
}

TEST_F(DirectoryActor, GoesOnWhenTheStoreAnswersAgain) {
  start();
  announce_node(1);
  client_.set_down(true);
  for (int i = 0; i < 6; ++i)
    system_.pass(a_poll);
  EXPECT_TRUE(replica_nodes_.empty());
  client_.set_down(false);
  system_.pass(a_poll);
  EXPECT_EQ(replica_nodes_.size(), 1u);
  EXPECT_NE(stored(0).version, 0u);
}

// -- proposals -----------------------------------------------------------------------------------

TEST_F(DirectoryActor, AnswersAProposalWithWhatIsThere) {
  const auto mine = first_assignment({1, 1}, {1, 2, 3});
  start();
  propose(0, mine);
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what, mine);
  EXPECT_EQ(decided_[0].now_there.version, stored(0).version);
  propose(0, first_assignment({2, 1}, {2})); // Another change came first: mine.
  ASSERT_EQ(decided_.size(), 2u);
  EXPECT_EQ(decided_[1].now_there.what, mine);
  EXPECT_TRUE(undecided_.empty());
}

TEST_F(DirectoryActor, SaysThatAProposalIsUndecidedWhenTheStoreDoesNotSay) {
  const auto mine = first_assignment({1, 1}, {1, 2, 3});
  start();
  client_.set_down(true);
  propose(0, mine);
  EXPECT_EQ(undecided_.size(), 1u);
  EXPECT_TRUE(decided_.empty());
  client_.set_down(false);
  propose(0, mine); // The replica host proposes the same again, which decides.
  EXPECT_EQ(undecided_.size(), 1u);
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what, mine);
}

} // namespace
} // namespace orderd::cluster
