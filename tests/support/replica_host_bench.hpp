// A replica host among its actors, with a disk in memory, and the other nodes in the test's hands.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/replica_host/replica_actor.hpp"
#include "runtime/engine/applier_actor.hpp"
#include "runtime/engine/journal_actor.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"
#include "tests/support/wallets.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

/// The replica host of shard 0 on node 1: wallets "a" and "b". Those of shard 1 are somewhere else.
class replica_host_bench : public testing::Test {
protected:
  static constexpr replica_id self{1, 1}, two{2, 1};

  ~replica_host_bench() override {
    system_.kill({host_, other_replica_, journal_, applier_, gateway_, peers_, directory_});
  }

  void start(std::size_t minimum, bool alone = false) {
    opened_ = disk_.open();
    ASSERT_TRUE(opened_->journal().replay([](const auto&) { return runtime::result<void>{}; }));
    const auto fatal = [this](std::string_view, const runtime::fault& why) { fatal_.push_back(why.message); };
    auto& actors = system_.actors();
    journal_ = actors.spawn<runtime::journal_actor>(opened_->journal(), metrics_, fatal);
    applier_ =
        actors.spawn<runtime::applier_actor>(*opened_, journal_, metrics_, runtime::applier_options{}, fatal);
    const replica_options options{.self = self, .minimum = minimum, .limits = {}};
    const runtime::shard_options engine{.shards = 2, .last = {}, .self = self, .admission = {}};
    host_ = actors.spawn<replica_actor>(
        replica_dependencies{.options = options,
                             .disk = {},
                             .engine = engine,
                             .alone = alone,
                             .state = opened_->state(0),
                             .board = board_,
                             .rules = rules_,
                             .clock = clock_,
                             .metrics = metrics_,
                             .cluster_metrics = cluster_metrics_,
                             .journal = journal_,
                             .applier = applier_,
                             .provider = {},
                             .fatal = fatal,
                             .distrust = [this](const std::string& why) { distrusted_.push_back(why); }});
    caf::anon_send(host_, replica_handles{{host_, other_replica_}, gateway_, peers_, directory_});
    using known = const std::map<std::uint32_t, known_node>;
    caf::anon_send(host_, nodes_seen{std::make_shared<known>(
                              known{{1, {{1, 1}, "one:1", ""}}, {2, {{1, 1}, "two:1", ""}}})});
    system_.run();
  }

  /// The store has this now.
  void assign(const assignment& what) {
    using known = const std::vector<versioned_assignment>;
    caf::anon_send(host_, assignments_seen{std::make_shared<known>(known{{++version_, what}, {}})});
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
    caf::anon_send(host_, peer_received{from_node, std::make_shared<const std::string>(encode(what))});
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
        if (const auto* led = std::get_if<new_term>(&each))
          says(join_ack{led->term, led->attempt, two_has_, true, 0});
        const auto* epochs = std::get_if<append>(&each);
        if (!epochs || epochs->epochs.empty())
          continue;
        two_has_ = epochs->epochs.back()->number;
        says(append_ack{epochs->term, two_has_, true});
      }
    }
  }
  /// Node 2 acknowledges a heartbeat that is sent now.
  void grant_lease() {
    const auto now = system_.scheduler().clock().now();
    board_.take({true, two, board_.next(now).sent_at_ns, {{0, 1}}}, now);
  }

  std::uint64_t ask(const std::string& name, const std::string& command, bool new_work = false) {
    auto batch = std::make_shared<std::vector<runtime::request>>();
    batch->push_back({{1, ++last_id_}, clock_.now().monotone_ms + 60'000, {}});
    batch->back().what =
        runtime::entity_request{{test::wallet(name), test::parse_wallet_command(command)}, new_work};
    caf::anon_send(host_, runtime::shard_requests{batch, system_.scheduler().clock().now()});
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
  replica_description describe() {
    std::vector<replica_description> said;
    const auto asker = test::spawn_recorder(system_.actors(), said);
    caf::send_as(asker, host_, describe_replica{});
    system_.run();
    return said.at(0);
  }

  using texts = std::vector<std::string>;

  test::wallets rules_;
  test::manual_clock clock_;
  test::memory_disk disk_{2};
  std::unique_ptr<runtime::storage> opened_;
  runtime::metrics metrics_{"test"};
  cluster_metrics cluster_metrics_;
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
  caf::actor other_replica_ = test::spawn_recorder(system_.actors(), commands_, acknowledged_);
  caf::actor journal_, applier_, host_;
};

} // namespace orderd::cluster
