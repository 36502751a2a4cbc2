// What a node knows of the configuration store. Fault: the store does not answer, or loses its hints; what
// was known stays, and the next poll goes on.
#include "cluster/directory_actor.hpp"

#include "tests/support/recorder.hpp"
#include "tests/support/simulated_configuration.hpp"
#include "tests/support/test_system.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;
using nodes = std::vector<std::uint32_t>;

constexpr milliseconds a_poll{1'000};

/// The directory of node 1, in a cluster of two shards with three copies each.
class DirectoryActor : public testing::Test {
protected:
  ~DirectoryActor() override { system_.kill({directory_, seat_, node_, peers_}); }

  void start(std::uint32_t self = 1) {
    directory_options options;
    options.terms = {"c1", 2, 3};
    options.self = self;
    directory_ = system_.actors().spawn<directory_actor>(
        client_, options,
        directory_listeners{{seat_}, node_, peers_, [this](const auto& known) { beacons_to_ = known; }});
    system_.run();
  }
  void announce_node(std::uint32_t number, std::uint64_t incarnation = 1) {
    const known_node said{
        {incarnation, 1}, "10.0.0." + std::to_string(number) + ":1", "peer:" + std::to_string(number)};
    write(name_of_node(number), encode(number, said));
  }
  /// Another node writes to the store.
  void write(const std::string& name, const std::string& value) {
    ASSERT_TRUE(elsewhere_.compare_and_set(name, elsewhere_.get(name)->version, value));
  }
  void propose(std::uint64_t expected, const assignment& what) {
    caf::send_as(seat_, directory_, propose_assignment{0, expected, what});
    system_.run();
  }
  versioned_assignment stored(std::uint32_t shard) {
    const auto found = elsewhere_.get(name_of_shard(shard));
    return found->version == 0 ? versioned_assignment{}
                               : versioned_assignment{found->version, *decode_assignment(found->value)};
  }
  /// What the seats were told last of a shard.
  versioned_assignment told(std::uint32_t shard) const { return seen_.back().shards->at(shard); }

  test::simulated_register register_{1};
  test::simulated_configuration client_{register_};
  test::simulated_configuration elsewhere_{register_};
  std::vector<assignments_seen> seen_;
  std::vector<nodes_seen> seat_nodes_, node_nodes_;
  std::vector<assignment_decided> decided_;
  std::vector<assignment_undecided> undecided_;
  std::vector<peer_endpoints> endpoints_;
  std::map<std::uint32_t, known_node> beacons_to_;
  test::test_system system_;
  caf::actor seat_ = test::spawn_recorder(system_.actors(), seen_, seat_nodes_, decided_, undecided_);
  caf::actor node_ = test::spawn_recorder(system_.actors(), node_nodes_);
  caf::actor peers_ = test::spawn_recorder(system_.actors(), endpoints_);
  caf::actor directory_;
};

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

// -- news ----------------------------------------------------------------------------------------

TEST_F(DirectoryActor, TellsWhatHasChangedAndNothingElse) {
  for (const std::uint32_t node : {1u, 2u, 3u})
    announce_node(node);
  start();
  const auto seen = seen_.size();
  ASSERT_EQ(seat_nodes_.size(), 1u);
  for (int i = 0; i < 3; ++i)
    system_.pass(a_poll);
  EXPECT_EQ(seen_.size(), seen);
  EXPECT_EQ(seat_nodes_.size(), 1u);
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
  ASSERT_EQ(seat_nodes_.size(), 1u);
  ASSERT_EQ(node_nodes_.size(), 1u);
  EXPECT_EQ(seat_nodes_[0].nodes->at(4).client_endpoint, "10.0.0.4:1");
  EXPECT_EQ(node_nodes_[0].nodes->size(), 2u);
  ASSERT_EQ(endpoints_.size(), 1u);
  EXPECT_EQ(endpoints_[0].nodes, (std::map<std::uint32_t, std::string>{{1, "peer:1"}, {4, "peer:4"}}));
  EXPECT_EQ(beacons_to_.size(), 2u);
}

TEST_F(DirectoryActor, ReadsAtOnceWhenTheStoreHintsOrASeatAsks) {
  start();
  announce_node(1);
  system_.run();
  EXPECT_TRUE(seat_nodes_.empty());
  register_.deliver_hints();
  system_.run();
  EXPECT_EQ(seat_nodes_.size(), 1u);
  announce_node(2);
  caf::send_as(seat_, directory_, look_up_assignments{});
  system_.run();
  EXPECT_EQ(seat_nodes_.size(), 2u);
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
  EXPECT_TRUE(seat_nodes_.empty());
  client_.set_down(false);
  system_.pass(a_poll);
  EXPECT_EQ(seat_nodes_.size(), 1u);
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
  propose(0, mine); // The seat proposes the same again, which decides.
  EXPECT_EQ(undecided_.size(), 1u);
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what, mine);
}

} // namespace
} // namespace orderd::cluster
