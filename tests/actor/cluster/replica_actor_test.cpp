// A seat among its actors, with a disk in memory, and the other nodes in the test's hands. Requests of a
// shard that is led elsewhere are told where; answers wait for copies and leases.
#include "cluster/replica_actor.hpp"

#include "actors/public.pb.h"
#include "runtime/applier_actor.hpp"
#include "runtime/journal_actor.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"
#include "tests/support/wallets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;
constexpr replica_id self{1, 1}, two{2, 1};

/// The seat of shard 0 on node 1: wallets "a" and "b". Those of shard 1 are somewhere else.
class ReplicaActor : public testing::Test {
protected:
  ~ReplicaActor() override {
    system_.kill({seat_, other_seat_, journal_, applier_, gateway_, peers_, directory_});
  }

  void start(std::size_t minimum) {
    opened_ = disk_.open();
    ASSERT_TRUE(opened_->journal().replay([](const auto&) { return runtime::result<void>{}; }));
    const auto fatal = [this](std::string_view, const runtime::fault& why) { fatal_.push_back(why.message); };
    auto& actors = system_.actors();
    journal_ = actors.spawn<runtime::journal_actor>(opened_->journal(), numbers_, fatal);
    applier_ =
        actors.spawn<runtime::applier_actor>(*opened_, journal_, numbers_, runtime::applier_options{}, fatal);
    const replica_options options{.self = self, .minimum = minimum, .limits = {}};
    const runtime::shard_options engine{.shards = 2, .last = {}, .self = self, .admission = {}};
    seat_ = actors.spawn<replica_actor>(
        seat_dependencies{options,
                          {},
                          engine,
                          config::entity_form::actor,
                          opened_->state(0),
                          board_,
                          rules_,
                          clock_,
                          numbers_,
                          cluster_numbers_,
                          journal_,
                          applier_,
                          {},
                          fatal,
                          [this](const std::string& why) { distrusted_.push_back(why); }});
    caf::anon_send(seat_, seat_peers{{seat_, other_seat_}, gateway_, peers_, directory_});
    using known = const std::map<std::uint32_t, known_node>;
    caf::anon_send(seat_, nodes_seen{std::make_shared<known>(
                              known{{1, {{1, 1}, "one:1", ""}}, {2, {{1, 1}, "two:1", ""}}})});
    system_.run();
  }

  /// The store has this now.
  void assign(const assignment& what) {
    using known = const std::vector<versioned_assignment>;
    caf::anon_send(seat_, assignments_seen{std::make_shared<known>(known{{++version_, what}, {}})});
    system_.run();
  }
  void lead_alone() {
    start(1);
    assign({1, self, {self}, {}, {1}});
  }
  /// Node 1 leads, with node 2 in sync, which follows and acknowledges all there is.
  void lead_with_two() {
    start(2);
    assign({1, self, {self, two}, {}, {1, 2}});
    node_two_answers();
  }

  void receive(std::uint32_t from_node, const peer_message& what) {
    caf::anon_send(seat_, peer_received{from_node, std::make_shared<const std::string>(encode(what))});
    system_.run();
  }
  void says(const peer_body& what) { receive(2, {0, two, 1, what}); }

  /// Everything that was sent to node 2 since the last call.
  std::vector<peer_body> sent_to_two() {
    std::vector<peer_body> out;
    for (; looked_at_ < sent_.size(); ++looked_at_) {
      auto read = decode_peer_message(*sent_[looked_at_].bytes);
      EXPECT_TRUE(read);
      EXPECT_EQ(sent_[looked_at_].node, 2u);
      EXPECT_EQ(read->from, self);
      out.push_back(std::move(read->body));
    }
    return out;
  }
  /// Node 2 does as it is told, until there is nothing more.
  void node_two_answers() {
    for (auto all = sent_to_two(); !all.empty(); all = sent_to_two()) {
      for (const auto& each : all) {
        if (const auto* led = std::get_if<lead>(&each))
          says(follow{led->term, led->attempt, two_has_, true, 0});
        const auto* epochs = std::get_if<append>(&each);
        if (!epochs || epochs->epochs.empty())
          continue;
        two_has_ = epochs->epochs.back()->number;
        says(appended{epochs->term, two_has_, true});
      }
    }
  }
  /// Node 2 acknowledges a beacon that is sent now.
  void grant_lease() {
    const auto now = system_.scheduler().clock().now();
    board_.take({true, two, board_.next(now).sent_at_ns, {{0, 1}}}, now);
  }

  std::uint64_t ask(const std::string& name, const std::string& command, bool new_work = false) {
    auto batch = std::make_shared<std::vector<runtime::request>>();
    batch->push_back({{1, ++last_id_}, clock_.now().monotone_ms + 60'000, {}});
    batch->back().what =
        runtime::entity_request{{test::wallet(name), test::parse_wallet_command(command)}, new_work};
    caf::anon_send(seat_, runtime::shard_requests{batch, system_.scheduler().clock().now()});
    system_.run();
    return last_id_;
  }
  /// All that the gateway was given for a request.
  std::vector<std::string> replies(std::uint64_t id) const {
    std::vector<std::string> all;
    for (const auto& batch : replies_)
      for (const auto& each : batch.replies)
        if (each.to.request_id == id)
          all.push_back(*each.body);
    return all;
  }
  /// The one answer to a request, as a fault.
  v1::fault fault_of(std::uint64_t id) const {
    v1::reply read;
    const auto all = replies(id);
    EXPECT_EQ(all.size(), 1u);
    EXPECT_TRUE(all.size() == 1 && read.ParseFromString(all[0]));
    return read.fault();
  }
  seat_description describe() {
    std::vector<seat_description> said;
    const auto asker = test::spawn_recorder(system_.actors(), said);
    caf::send_as(asker, seat_, describe_seat{});
    system_.run();
    return said.at(0);
  }

  using texts = std::vector<std::string>;

  test::wallets rules_;
  test::manual_clock clock_;
  test::memory_disk disk_{2};
  std::unique_ptr<runtime::storage> opened_;
  runtime::metrics numbers_{"test"};
  cluster_metrics cluster_numbers_;
  lease_board board_{self, {}};
  std::vector<runtime::gateway_replies> replies_;
  std::vector<peer_send> sent_;
  std::vector<peer_taken> taken_;
  std::vector<propose_assignment> proposed_;
  std::vector<look_up_assignments> look_ups_;
  std::vector<runtime::channel_commands> commands_;
  std::vector<runtime::channel_acknowledged> acknowledged_;
  texts fatal_, distrusted_;
  std::uint64_t version_ = 0, last_id_ = 0, two_has_ = 0;
  std::size_t looked_at_ = 0;
  test::test_system system_;
  caf::actor gateway_ = test::spawn_recorder(system_.actors(), replies_);
  caf::actor peers_ = test::spawn_recorder(system_.actors(), sent_, taken_);
  caf::actor directory_ = test::spawn_recorder(system_.actors(), proposed_, look_ups_);
  caf::actor other_seat_ = test::spawn_recorder(system_.actors(), commands_, acknowledged_);
  caf::actor journal_, applier_, seat_;
};

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
  EXPECT_EQ(cluster_numbers_.serving.at(0).Value(), 1);
  EXPECT_EQ(numbers_.live_entities.at("wallet", "0").Value(), 1);
  assign({2, two, {self, two}, {}, {2, 1}});
  system_.pass(milliseconds{100});
  EXPECT_EQ(cluster_numbers_.serving.at(0).Value(), 0);
  EXPECT_EQ(cluster_numbers_.term.at(0).Value(), 2);
  EXPECT_EQ(numbers_.live_entities.at("wallet", "0").Value(), 0);
}

TEST_F(ReplicaActor, IsUnavailableWhileTooFewAreInSync) {
  lead_with_two();
  assign({1, self, {self}, {two}, {1, 2}});
  const auto why = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(why.code(), v1::fault::UNAVAILABLE);
  EXPECT_GT(why.retry_after_ms(), 0u);
  EXPECT_EQ(describe().state, "too few in sync");
  system_.pass(milliseconds{100});
  EXPECT_EQ(cluster_numbers_.serving.at(0).Value(), 0);
  EXPECT_EQ(cluster_numbers_.missing_copies.at(0).Value(), 1);
}

/// Node 2 is silent, and the store does not say that it is left out: what comes now would wait for nothing.
TEST_F(ReplicaActor, RefusesWhatIsNewAndKeepsWhatHasBegunWhileTooFewAreHeard) {
  lead_with_two();
  grant_lease();
  const auto begun = ask("a1", "add 5");
  system_.pass(milliseconds{540});
  const auto begun_late = ask("a1", "add 5");
  system_.pass(milliseconds{40});
  const auto why = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(why.code(), v1::fault::UNAVAILABLE);
  EXPECT_GT(why.retry_after_ms(), 0u);
  EXPECT_THAT(why.message(), testing::HasSubstr("missed: node 2, not heard"));
  EXPECT_THAT(why.message(), testing::EndsWith("nothing was done"));
  EXPECT_EQ(replies(begun).size() + replies(begun_late).size(), 0u);
  system_.pass(milliseconds{100});
  EXPECT_EQ(cluster_numbers_.serving.at(0).Value(), 0);
  clock_.pass(60'000);
  system_.pass(milliseconds{20});
  EXPECT_EQ(fault_of(begun).code(), v1::fault::TIMEOUT) << "it may take effect yet";
  EXPECT_EQ(fault_of(begun_late).code(), v1::fault::TIMEOUT);
  grant_lease(); // It is back.
  system_.pass(milliseconds{20});
  node_two_answers();
  EXPECT_EQ(replies(ask("a1", "read")), texts{"balance 10"});
}

TEST_F(ReplicaActor, SaysThatNobodyLeadsOnceATakeoverWouldHaveTakenPlace) {
  start(2);
  assign({1, two, {self, two}, {}, {2, 1}});
  system_.pass(milliseconds{20});
  system_.pass(milliseconds{380});
  EXPECT_EQ(fault_of(ask("a1", "add 5")).code(), v1::fault::NOT_OWNER);
  system_.pass(milliseconds{40});
  const auto why = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(why.code(), v1::fault::UNAVAILABLE);
  EXPECT_THAT(why.message(), testing::HasSubstr("no node that leads it"));
  board_.take({false, two, 1, {}}, system_.scheduler().clock().now());
  system_.pass(milliseconds{20});
  EXPECT_EQ(fault_of(ask("a1", "add 5")).code(), v1::fault::NOT_OWNER);
}

TEST_F(ReplicaActor, SaysWhichCopiesAreMissed) {
  lead_with_two();
  board_.take({false, two, 1, {}}, system_.scheduler().clock().now());
  EXPECT_TRUE(describe().missed.empty());
  EXPECT_EQ(describe().refusing_because, "");
  system_.pass(milliseconds{600});
  std::vector<runtime::shard_description> said; // What `status` asks goes through the engine.
  const auto asker = test::spawn_recorder(system_.actors(), said);
  caf::send_as(asker, seat_, runtime::describe_shard{});
  system_.run();
  for (const auto& missed : {describe().missed, said.at(0).missed}) {
    ASSERT_EQ(missed.size(), 1u);
    EXPECT_EQ(missed[0].node, 2u);
    EXPECT_FALSE(missed[0].heard);
    EXPECT_EQ(missed[0].silent_for, milliseconds{600});
  }
  EXPECT_THAT(said.at(0).refusing_because, testing::HasSubstr("node 2, not heard for 0.6 s"));
  EXPECT_EQ(describe().refusing_because, said.at(0).refusing_because);
  EXPECT_EQ(said.at(0).term, 1u);
}

TEST_F(ReplicaActor, TellsEachEngineWhatNewWorkIsRefused) {
  start(1);
  caf::anon_send(seat_, runtime::admit_new_work{runtime::fault{runtime::fault_code::storage_full, "full"}});
  system_.run();
  assign({1, self, {self}, {}, {1}}); // The engine starts only now.
  EXPECT_EQ(replies(ask("a1", "add 5", true)), texts{"storage_full"});
}

// -- between shards ------------------------------------------------------------------------------

TEST_F(ReplicaActor, SendsCommandsForItsShardToTheNodeThatLeadsIt) {
  const auto stored = std::make_shared<const std::string>("receive|c1|5|");
  const runtime::channel_commands commands{1, {{7, test::wallet("a1"), stored}}};
  start(2);
  caf::anon_send(seat_, commands);
  system_.run();
  EXPECT_TRUE(sent_.empty()); // Nobody leads it: its sender sends it again.
  assign({1, two, {self, two}, {}, {2, 1}});
  sent_to_two();
  caf::anon_send(seat_, commands);
  caf::anon_send(seat_, runtime::channel_acknowledged{1, 9, true});
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
  ASSERT_EQ(acknowledged_.size(), 2u); // By way of this node's seat of that shard.
  EXPECT_TRUE(acknowledged_[0].started);
  EXPECT_EQ(acknowledged_[1].upto, 1u);
  EXPECT_FALSE(acknowledged_[1].started);
  ASSERT_EQ(commands_.size(), 1u);
  EXPECT_EQ(commands_[0].commands[0].to, test::wallet("c1"));
}

// -- other nodes ---------------------------------------------------------------------------------

TEST_F(ReplicaActor, GivesEveryByteOfAPeerBack) {
  start(2);
  caf::anon_send(seat_, peer_received{2, std::make_shared<const std::string>("no message")});
  system_.run();
  ASSERT_EQ(taken_.size(), 1u);
  EXPECT_EQ(taken_[0].node, 2u);
  EXPECT_EQ(taken_[0].bytes, 10u);
  const peer_message message{0, two, 1, announce{3}};
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
  EXPECT_EQ(answers(2, {0, two, 1, announce{0}}), 1u);
  EXPECT_EQ(answers(2, {0, two, 0, announce{0}}), 1u);                                        // For any.
  EXPECT_EQ(answers(2, {0, two, 2, announce{0}}) + answers(2, {1, two, 1, announce{0}}), 0u); // Shard 1's.
  EXPECT_EQ(answers(3, {0, two, 1, announce{0}}), 0u);
}

TEST_F(ReplicaActor, FollowsAndAcknowledgesWhatIsOnItsDisk) {
  start(2);
  assign({1, two, {self, two}, {}, {2, 1}});
  says(lead{1, 1, {{1, 1}}, 1, 0});
  auto first = std::make_shared<runtime::epoch>();
  first->term = first->number = 1;
  says(append{1, {first}, 1});
  EXPECT_EQ(disk_.journal_records(), 1u);
  const auto sent = sent_to_two();
  const auto* said = std::get_if<appended>(&sent.back());
  ASSERT_TRUE(said);
  EXPECT_EQ(said->end, 1u);
  EXPECT_EQ(describe().state, "following");
  EXPECT_EQ(describe().committed, 1u);
  says(set_back{1, 9});
  EXPECT_EQ(distrusted_.size(), 0u) << "once may be a mistake";
  system_.pass(milliseconds{1'100});
  says(set_back{1, 9});
  EXPECT_EQ(distrusted_.size(), 1u);
}

TEST_F(ReplicaActor, ProposesThroughTheDirectoryUntilThatIsDecided) {
  start(2);
  EXPECT_EQ(look_ups_.size(), 1u);
  assign({1, two, {self, two}, {}, {2, 1}});
  system_.pass(milliseconds{20});
  ASSERT_EQ(proposed_.size(), 1u); // Whether it ever proposed to lead, it does not know.
  caf::anon_send(seat_, assignment_undecided{});
  system_.pass(milliseconds{20});
  ASSERT_EQ(proposed_.size(), 2u);
  EXPECT_EQ(proposed_[1].expected_version, 1u);
  EXPECT_EQ(proposed_[1].what, proposed_[0].what);
  caf::anon_send(seat_, assignment_decided{{2, proposed_[0].what}});
  system_.pass(milliseconds{20});
  EXPECT_EQ(proposed_.size(), 2u);
  EXPECT_EQ(describe().known.version, 2u);
}

TEST_F(ReplicaActor, EndsTheNodeOnABrokenInvariant) {
  lead_with_two();
  says(append{1, {}, 1}); // Of this node's own term.
  EXPECT_TRUE(fatal_.empty()) << "a message ends no node";
  caf::anon_send(seat_, runtime::epochs_read{1, {}}); // Which nobody asked for.
  system_.run();
  EXPECT_EQ(fatal_.size(), 1u);
}

} // namespace
} // namespace orderd::cluster
