// A replica host among its actors. Requests of a shard that is led elsewhere are told where; answers wait for
// copies and leases.
#include "tests/support/replica_host_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;

class ReplicaActor : public replica_host_bench {};

// -- requests ------------------------------------------------------------------------------------

TEST_F(ReplicaActor, RefusesWhatItDoesNotLeadAndSaysWhoDoes) {
  start(2);
  const auto early = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(early.code(), v1::fault::NOT_OWNER);
  EXPECT_EQ(early.owner_endpoint(), "");
  EXPECT_GT(early.retry_after_ms(), 0u);
  assign({1, two, {self, two}, {}, {2, 1}});
  const auto why = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(why.code(), v1::fault::NOT_OWNER);
  EXPECT_EQ(why.owner_endpoint(), "two:1");
  EXPECT_EQ(why.shard(), 0u);
}

TEST_F(ReplicaActor, AnswersWhatItLeads) {
  lead_alone();
  EXPECT_EQ(replies(ask("a1", "add 5")), texts{"balance 5"});
  EXPECT_EQ(describe().state, "serving");
  EXPECT_EQ(describe().committed, 2u);
  EXPECT_TRUE(fatal_.empty());
}

/// Its disk is full: the first epoch of its term is not written. Waiting without a word would help nobody.
TEST_F(ReplicaActor, RefusesWithTheReasonWhereItIsAloneAndCannotBegin) {
  start(1, true);
  const auto early = ask("a1", "add 5");
  system_.pass(std::chrono::milliseconds{9'980});
  EXPECT_EQ(replies(early), texts{});
  system_.pass(std::chrono::milliseconds{40});
  EXPECT_EQ(fault_of(early).code(), v1::fault::UNAVAILABLE);
  EXPECT_THAT(fault_of(early).message(), testing::HasSubstr("does not serve yet"));
  EXPECT_EQ(describe().refusing_because.empty(), false);
  assign({1, self, {self}, {}, {1}}); // There is room again.
  EXPECT_EQ(replies(ask("a1", "add 5")), texts{"balance 5"});
}

/// Nobody else could answer, so nobody is told to look elsewhere.
TEST_F(ReplicaActor, KeepsEarlyRequestsUntilItLeadsWhereItIsAlone) {
  start(1, true);
  const auto early = ask("a1", "add 5", true);
  system_.pass(std::chrono::milliseconds{1'000}); // Longer than a queue may be.
  EXPECT_EQ(replies(early), texts{});
  assign({1, self, {self}, {}, {1}});
  EXPECT_EQ(replies(early), texts{"balance 5"});
  EXPECT_EQ(replies(ask("a1", "read")), texts{"balance 5"});
}

TEST_F(ReplicaActor, AnswersNothingThatAMemberInSyncHasNotGot) {
  lead_with_two();
  grant_lease();
  const auto id = ask("a1", "add 5");
  EXPECT_EQ(disk_.journal_records(), 2u); // It is on this disk, ...
  EXPECT_EQ(replies(id), texts{});
  node_two_answers(); // ... and on the other.
  EXPECT_EQ(replies(id), texts{"balance 5"});
}

TEST_F(ReplicaActor, HoldsAnswersUntilTheLeasesAreValid) {
  lead_with_two();
  const auto id = ask("a1", "read");
  system_.pass(milliseconds{20});
  EXPECT_EQ(replies(id), texts{});
  grant_lease();
  system_.pass(milliseconds{20});
  EXPECT_EQ(replies(id), texts{"balance 0"});
  system_.pass(milliseconds{400}); // The lease runs out.
  EXPECT_EQ(replies(ask("a1", "read")), texts{});
}

TEST_F(ReplicaActor, TellsThatTimeIsUpWhenItHearsOfNobody) {
  lead_with_two();
  const auto held = ask("a1", "read"), uncommitted = ask("a1", "add 5");
  clock_.pass(60'000);
  system_.pass(milliseconds{20});
  EXPECT_EQ(fault_of(held).code(), v1::fault::TIMEOUT);
  EXPECT_EQ(fault_of(uncommitted).code(), v1::fault::TIMEOUT);
}

TEST_F(ReplicaActor, TellsEveryoneWhoWaitsWhenTheShardIsLost) {
  lead_with_two();
  const auto held = ask("a1", "read");
  const auto uncommitted = ask("a1", "add 5");
  assign({2, two, {self, two}, {}, {2, 1}});
  for (const auto id : {held, uncommitted}) { // The next primary may commit what was begun.
    EXPECT_EQ(fault_of(id).code(), v1::fault::TIMEOUT);
    EXPECT_EQ(fault_of(id).owner_endpoint(), "two:1");
  }
  EXPECT_EQ(fault_of(ask("a1", "add 5")).code(), v1::fault::NOT_OWNER);
  grant_lease();
  system_.pass(milliseconds{100});
  EXPECT_EQ(replies(held).size() + replies(uncommitted).size(), 2u);
}

TEST_F(ReplicaActor, ShowsWhatItServesAndNothingOnceItIsLost) {
  lead_with_two();
  grant_lease();
  ask("a1", "add 5");
  node_two_answers();
  for (int i = 0; i < 11; ++i) { // It goes on being heard.
    system_.pass(milliseconds{100});
    grant_lease();
  }
  EXPECT_EQ(cluster_metrics_.serving.at(0).Value(), 1);
  EXPECT_EQ(metrics_.live_entities.at("wallet", "0").Value(), 1);
  assign({2, two, {self, two}, {}, {2, 1}});
  system_.pass(milliseconds{100});
  EXPECT_EQ(cluster_metrics_.serving.at(0).Value(), 0);
  EXPECT_EQ(cluster_metrics_.term.at(0).Value(), 2);
  EXPECT_EQ(metrics_.live_entities.at("wallet", "0").Value(), 0);
}

TEST_F(ReplicaActor, IsUnavailableWhileTooFewAreInSync) {
  lead_with_two();
  assign({1, self, {self}, {two}, {1, 2}});
  const auto why = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(why.code(), v1::fault::UNAVAILABLE);
  EXPECT_GT(why.retry_after_ms(), 0u);
  EXPECT_EQ(describe().state, "too few in sync");
  system_.pass(milliseconds{100});
  EXPECT_EQ(cluster_metrics_.serving.at(0).Value(), 0);
  EXPECT_EQ(cluster_metrics_.missing_copies.at(0).Value(), 1);
}

TEST_F(ReplicaActor, TellsEachEngineWhatNewWorkIsRefused) {
  start(1);
  caf::anon_send(host_, runtime::admit_new_work{runtime::fault{runtime::fault_code::storage_full, "full"}});
  system_.run();
  assign({1, self, {self}, {}, {1}}); // The engine starts only now.
  EXPECT_EQ(replies(ask("a1", "add 5", true)), texts{"storage_full"});
}

// -- between shards ------------------------------------------------------------------------------

TEST_F(ReplicaActor, SendsCommandsForItsShardToTheNodeThatLeadsIt) {
  const auto stored = std::make_shared<const std::string>("receive|c1|5|");
  const runtime::channel_commands commands{1, {{7, test::wallet("a1"), stored}}};
  start(2);
  caf::anon_send(host_, commands);
  system_.run();
  EXPECT_TRUE(sent_.empty()); // Nobody leads it: its sender sends it again.
  assign({1, two, {self, two}, {}, {2, 1}});
  sent_to_two();
  caf::anon_send(host_, commands);
  caf::anon_send(host_, runtime::channel_acknowledged{1, 9, true});
  system_.run();
  const auto sent = sent_to_two();
  ASSERT_EQ(sent.size(), 2u);
  const auto* batch = std::get_if<channel_batch>(&sent[0]);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->what.source, 1u);
  ASSERT_EQ(batch->what.commands.size(), 1u);
  EXPECT_EQ(batch->what.commands[0].sequence, 7u);
  EXPECT_EQ(*batch->what.commands[0].stored, *stored);
  const auto* receipt = std::get_if<channel_receipt>(&sent[1]);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->what.upto, 9u);
  EXPECT_TRUE(receipt->what.started);
}

TEST_F(ReplicaActor, TakesCommandsOfShardsThatAreLedElsewhere) {
  lead_alone();
  const auto stored = std::make_shared<const std::string>("receive|c1|5|");
  says(channel_batch{{1, {{1, test::wallet("a1"), stored}}}});
  EXPECT_EQ(replies(ask("a1", "read")), texts{"balance 5"});
  ASSERT_EQ(acknowledged_.size(), 2u); // By way of this node's replica host of that shard.
  EXPECT_TRUE(acknowledged_[0].started);
  EXPECT_EQ(acknowledged_[1].upto, 1u);
  EXPECT_FALSE(acknowledged_[1].started);
  ASSERT_EQ(commands_.size(), 1u);
  EXPECT_EQ(commands_[0].commands[0].to, test::wallet("c1"));
}

// -- other nodes ---------------------------------------------------------------------------------

TEST_F(ReplicaActor, GivesEveryByteOfAPeerBack) {
  start(2);
  caf::anon_send(host_, peer_received{2, std::make_shared<const std::string>("no message")});
  system_.run();
  ASSERT_EQ(taken_.size(), 1u);
  EXPECT_EQ(taken_[0].node, 2u);
  EXPECT_EQ(taken_[0].bytes, 10u);
  const peer_message message{0, two, 1, join{3}};
  receive(2, message);
  ASSERT_EQ(taken_.size(), 2u);
  EXPECT_EQ(taken_[1].bytes, encode(message).size());
  EXPECT_TRUE(fatal_.empty());
}

TEST_F(ReplicaActor, TakesNoMessageForAnotherDiskOrInAnothersName) {
  start(2);
  const auto answers = [&](std::uint32_t from_node, const peer_message& what) {
    const auto before = sent_.size();
    receive(from_node, what);
    return sent_.size() - before;
  };
  EXPECT_EQ(answers(2, {0, two, 1, join{0}}), 1u);
  EXPECT_EQ(answers(2, {0, two, 0, join{0}}), 1u);                                    // For any.
  EXPECT_EQ(answers(2, {0, two, 2, join{0}}) + answers(2, {1, two, 1, join{0}}), 0u); // Shard 1's.
  EXPECT_EQ(answers(3, {0, two, 1, join{0}}), 0u);
}

TEST_F(ReplicaActor, FollowsAndAcknowledgesWhatIsOnItsDisk) {
  start(2);
  assign({1, two, {self, two}, {}, {2, 1}});
  says(new_term{1, 1, {{1, 1}}, 1, 0});
  auto first = std::make_shared<runtime::epoch>();
  first->term = first->number = 1;
  says(append{1, {first}, 1});
  EXPECT_EQ(disk_.journal_records(), 1u);
  const auto sent = sent_to_two();
  const auto* said = std::get_if<append_ack>(&sent.back());
  ASSERT_TRUE(said);
  EXPECT_EQ(said->end, 1u);
  EXPECT_EQ(describe().state, "following");
  EXPECT_EQ(describe().committed, 1u);
  says(lost_writes{1, 9});
  EXPECT_EQ(distrusted_.size(), 0u) << "once may be a mistake";
  system_.pass(milliseconds{1'100});
  says(lost_writes{1, 9});
  EXPECT_EQ(distrusted_.size(), 1u);
}

TEST_F(ReplicaActor, ProposesThroughTheDirectoryUntilThatIsDecided) {
  start(2);
  EXPECT_EQ(look_ups_.size(), 1u);
  assign({1, two, {self, two}, {}, {2, 1}});
  system_.pass(milliseconds{20});
  ASSERT_EQ(proposed_.size(), 1u); // Whether it ever proposed to lead, it does not know.
  caf::anon_send(host_, assignment_undecided{});
  system_.pass(milliseconds{20});
  ASSERT_EQ(proposed_.size(), 2u);
  EXPECT_EQ(proposed_[1].expected_version, 1u);
  EXPECT_EQ(proposed_[1].what, proposed_[0].what);
  caf::anon_send(host_, assignment_decided{{2, proposed_[0].what}});
  system_.pass(milliseconds{20});
  EXPECT_EQ(proposed_.size(), 2u);
  EXPECT_EQ(describe().known.version, 2u);
}

TEST_F(ReplicaActor, EndsTheNodeOnABrokenInvariant) {
  lead_with_two();
  says(append{1, {}, 1}); // Of this node's own term.
  EXPECT_TRUE(fatal_.empty()) << "a message ends no node";
  caf::anon_send(host_, runtime::epochs_read{1, {}}); // Which nobody asked for.
  system_.run();
  EXPECT_EQ(fatal_.size(), 1u);
}

} // namespace
} // namespace orderd::cluster
