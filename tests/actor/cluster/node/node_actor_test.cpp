// The actor of the node. Fault: shards or a state applier that do not answer. Whoever asked is still
// answered, by the deadline.
#include "cluster/node/node_actor.hpp"

#include "actors/requests/request_decoder.hpp"
#include "cluster/wire/version.hpp"
#include "config/limits.hpp"
#include "runtime/base/log.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using actors::node_request;
using std::chrono::milliseconds;

/// Takes every message and never looks at one.
caf::behavior deaf(caf::event_based_actor* self) {
  self->set_default_handler(caf::skip);
  return {[](std::int32_t) {}};
}

class NodeActor : public testing::Test {
protected:
  ~NodeActor() override { system_.kill({node_, peer_, gateway_}); }

  std::uint64_t ask(node_request what, std::int64_t timeout_ms,
                    std::shared_ptr<const v1::request> asked = {}) {
    caf::send_as(gateway_, node_,
                 node_question{{1, ++asked_}, what, clock_.now().monotone_ms + timeout_ms, std::move(asked)});
    system_.run();
    return asked_;
  }

  /// What a node is given that is by itself, with these shards.
  node_dependencies given(std::vector<caf::actor> shards) {
    return {.disk = *opened_,
            .clock = clock_,
            .metrics = metrics_,
            .cluster_metrics = cluster_metrics_,
            .board = board_,
            .shards = std::move(shards),
            .applier = peer_};
  }

  /// All faults the question was answered with: "TIMEOUT ".
  std::string faults(std::uint64_t asked) const {
    std::string all;
    for (const auto& batch : replies_) {
      for (const auto& each : batch.replies) {
        v1::reply reply;
        EXPECT_TRUE(reply.ParseFromString(*each.body));
        if (each.to.request_id == asked)
          all += v1::fault::kind_Name(reply.fault().code()) + ' ';
      }
    }
    return all;
  }

  /// Three orders in the first second, none in the next.
  void given_metrics() {
    system_.run(); // The first reading.
    metrics_.orders_settled.at("confirmed").Increment(3);
    metrics_.unsettled_orders.at(0).Set(5);
    system_.pass(milliseconds{1'000});
    system_.pass(milliseconds{1'000});
  }

  v1::node_history history_of(std::uint64_t asked) const {
    for (const auto& batch : replies_)
      for (const auto& each : batch.replies) {
        v1::reply reply;
        EXPECT_TRUE(reply.ParseFromString(*each.body));
        if (each.to.request_id == asked)
          return reply.node_history();
      }
    ADD_FAILURE() << "no answer";
    return {};
  }

  test::memory_disk disk_{1};
  std::unique_ptr<runtime::storage> opened_ = disk_.open();
  test::manual_clock clock_;
  runtime::metrics metrics_{"test"};
  cluster::cluster_metrics cluster_metrics_;
  lease_board board_{{0, 1}, {}};
  std::vector<runtime::gateway_replies> replies_;
  std::uint64_t asked_ = 0;
  test::test_system system_;
  caf::actor gateway_ = test::spawn_recorder(system_.actors(), replies_);
  caf::actor peer_ = system_.actors().spawn(deaf);
  caf::actor node_ = system_.actors().spawn<node_actor>(given({peer_}));
};

TEST_F(NodeActor, AnswersByTheDeadlineOfTheQuestion) {
  for (const auto what : {node_request::get_status, node_request::get_cluster, node_request::run_audit}) {
    const auto asked = ask(what, 700);
    system_.pass(milliseconds{699});
    EXPECT_EQ(faults(asked), "");
    system_.pass(milliseconds{1});
    EXPECT_EQ(faults(asked), "TIMEOUT ");
  }
}

TEST_F(NodeActor, RefusesASecondAuditWhileTheShardsAreAskedForTheFirst) {
  ask(node_request::run_audit, 100);
  EXPECT_EQ(faults(ask(node_request::run_audit, 100)), "OVERLOADED ");
}

TEST_F(NodeActor, RefusesASecondAuditUntilTheFirstHasEnded) {
  const auto shard = system_.actors().spawn([] {
    return caf::behavior{[](runtime::describe_shard) { return runtime::shard_description{}; },
                         [](const runtime::admit_new_work&) {}};
  });
  system_.kill({node_});
  node_ = system_.actors().spawn<node_actor>(given({shard}));
  ask(node_request::run_audit, 100);
  EXPECT_EQ(faults(ask(node_request::run_audit, 100)), "OVERLOADED ");
  system_.pass(milliseconds{100}); // Its caller gives up, the applier has it still.
  EXPECT_EQ(faults(ask(node_request::run_audit, 100)), "OVERLOADED ");
  system_.kill({peer_});
  EXPECT_EQ(faults(ask(node_request::run_audit, 100)), "UNAVAILABLE ");
}

TEST_F(NodeActor, TellsOfTheScrubOrThatThereIsNone) {
  EXPECT_EQ(faults(ask(node_request::scrub_now, 100)), "UNAVAILABLE ");
  std::vector<bool> begun;
  const auto scrub = system_.actors().spawn([&begun] {
    return caf::behavior{[&begun](const runtime::ask_scrub& asked) {
      begun.push_back(asked.begin);
      runtime::scrub_description out;
      out.finding = "a bad row";
      return out;
    }};
  });
  system_.kill({node_});
  auto with_scrub = given({peer_});
  with_scrub.scrub = scrub;
  node_ = system_.actors().spawn<node_actor>(with_scrub);
  ask(node_request::get_scrub, 100);
  ask(node_request::scrub_now, 100);
  EXPECT_EQ(begun, (std::vector{false, true}));
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(*replies_.back().replies.at(0).body));
  EXPECT_EQ(reply.scrub_status().finding(), "a bad row");
  system_.kill({scrub});
}

TEST_F(NodeActor, GivesTheNewestLogLinesThatContainAText) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i)
    runtime::log::info("test", "said", {{"order", "0190-asked"}, {"n", i}}, "\xff");
  runtime::log::info("test", "said", {{"order", "0190-other"}});
  testing::internal::GetCapturedStderr();
  auto what = std::make_shared<v1::request>();
  what->mutable_get_log()->set_containing("0190-asked");
  what->mutable_get_log()->set_limit(2);
  ask(node_request::get_log, 100, what);
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(*replies_.back().replies.at(0).body)) << "what is no UTF-8 is escaped";
  ASSERT_EQ(reply.log_page().lines_size(), 2);
  EXPECT_NE(reply.log_page().lines(0).find("n=1 text=\\xFF"), std::string::npos) << reply.DebugString();
  EXPECT_NE(reply.log_page().lines(1).find("n=2"), std::string::npos) << reply.DebugString();
}

/// Each line is escaped to four times its length here, and a reply has a frame to fit into.
TEST_F(NodeActor, GivesAsManyLogLinesAsFitIntoHalfAFrame) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 40; ++i)
    runtime::log::info("test", "long", {{"n", i}}, std::string(20'000, '\xff'));
  testing::internal::GetCapturedStderr();
  auto what = std::make_shared<v1::request>();
  what->mutable_get_log()->set_containing("event=long");
  ask(node_request::get_log, 100, what);
  const auto& body = *replies_.back().replies.at(0).body;
  EXPECT_LE(body.size(), limits::client_frame_bytes_max / 2 + 100);
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(body));
  ASSERT_GT(reply.log_page().lines_size(), 3);
  EXPECT_NE(reply.log_page().lines().rbegin()->find("n=39"), std::string::npos);
}

/// Of two shards the longest, each with its shard.
TEST_F(NodeActor, NamesTheLongestTurnsOfAllShards) {
  using std::chrono::milliseconds;
  std::vector<caf::actor> shards;
  for (std::uint32_t number = 0; number < 2; ++number)
    shards.push_back(system_.actors().spawn([number] {
      return caf::behavior{[number](runtime::describe_shard) {
                             runtime::shard_description how;
                             how.shard = number;
                             for (int i = 0; i < 5; ++i)
                               how.longest_turns.push_back(
                                   {"tick", milliseconds{20 - 2 * i + static_cast<int>(number)}, 100 + i});
                             return how;
                           },
                           [](const runtime::admit_new_work&) {}};
    }));
  system_.kill({node_});
  node_ = system_.actors().spawn<node_actor>(given(shards));
  ask(node_request::get_status, 100);
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(*replies_.back().replies.at(0).body));
  std::string found;
  for (const auto& turn : reply.node_status().longest_turns())
    found += std::to_string(turn.shard()) + ":" + std::to_string(turn.took_us()) + "@"
             + std::to_string(turn.at_ms()) + ' ';
  EXPECT_EQ(found, "1:21000@100 0:20000@100 1:19000@101 0:18000@101 1:17000@102 ");
}

TEST_F(NodeActor, SaysHowLongTheStagesOfRequestsTook) {
  const auto shard = system_.actors().spawn([] {
    return caf::behavior{[](runtime::describe_shard) { return runtime::shard_description{}; },
                         [](const runtime::admit_new_work&) {}};
  });
  system_.kill({node_});
  node_ = system_.actors().spawn<node_actor>(given({shard}));
  metrics_.commit_stage.observe(milliseconds{3}, 2);
  ask(node_request::get_status, 100);
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(*replies_.back().replies.at(0).body));
  std::string found;
  for (const auto& stage : reply.node_status().stages())
    found +=
        stage.stage() + ":" + std::to_string(stage.requests()) + ":" + std::to_string(stage.total_us()) + ' ';
  EXPECT_EQ(found, "queue:0:0 epoch:0:0 commit:2:6000 reply:0:0 ");
}

TEST_F(NodeActor, RefusesNewOrdersWhileTheJournalIsHalfFull) {
  std::vector<runtime::admit_new_work> said;
  const auto shard = test::spawn_recorder(system_.actors(), said);
  const auto node = system_.actors().spawn<node_actor>(given({shard}));
  system_.run();
  disk_.set_journal_filled(0.5);
  system_.pass(milliseconds{250});
  ASSERT_EQ(said.size(), 1u);
  ASSERT_TRUE(said[0].refusal);
  EXPECT_EQ(said[0].refusal->code, runtime::fault_code::storage_full);
  EXPECT_EQ(
      said[0].refusal->message,
      "the journal is 50 % full, new orders are accepted below 50 %; orderd_journal_shard_bytes says whose "
      "epochs it keeps");
  disk_.set_journal_filled(0.4);
  system_.pass(milliseconds{250});
  ASSERT_EQ(said.size(), 2u);
  EXPECT_FALSE(said[1].refusal);
  system_.kill({node, shard});
}

// -- the last hour ---------------------------------------------------------------------------------

TEST_F(NodeActor, TellsWhatEachSecondBrought) {
  given_metrics();
  const auto asked = ask(node_request::get_history, 100);
  const auto said = history_of(asked);
  ASSERT_EQ(said.samples_size(), 2);
  EXPECT_EQ(said.samples(0).confirmed(), 3u);
  EXPECT_EQ(said.samples(1).confirmed(), 0u);
  EXPECT_EQ(said.samples(0).unsettled(), 5u);
  EXPECT_EQ(said.samples(0).disk_used(), static_cast<float>(metrics_.disk_used.Value()));
  EXPECT_EQ(said.started_at_ms(), clock_.now().wall_ms);
  EXPECT_EQ(said.version(), version);
  EXPECT_EQ(said.events(0).what(), "began");
}

TEST_F(NodeActor, TellsWhenItRefusedNewOrdersAndWhy) {
  const auto shard =
      system_.actors().spawn([] { return caf::behavior{[](const runtime::admit_new_work&) {}}; });
  system_.kill({node_});
  node_ = system_.actors().spawn<node_actor>(given({shard}));
  system_.run();
  disk_.set_journal_filled(0.5);
  system_.pass(milliseconds{250});
  disk_.set_journal_filled(0.4);
  system_.pass(milliseconds{250});
  const auto said = history_of(ask(node_request::get_history, 100));
  ASSERT_EQ(said.events_size(), 3);
  EXPECT_EQ(said.events(1).what(), "refuses");
  EXPECT_NE(said.events(1).text().find("the journal is 50 % full"), std::string::npos)
      << said.events(1).text();
  EXPECT_FALSE(said.events(1).of_shard());
  EXPECT_EQ(said.events(2).what(), "accepts");
  EXPECT_EQ(metrics_.saturation.at("journal").Value(), 0.8);
}

} // namespace
} // namespace orderd::cluster
