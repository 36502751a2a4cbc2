// Requests that wait in a shard while its disk does not answer, and who is told what of them.
#include "runtime/engine/shard_runner.hpp"

#include "config/limits.hpp"
#include "runtime/storage/recovery.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/shard_actor.hpp"
#include "tests/support/test_system.hpp"
#include "tests/support/wallets.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;

/// One shard, whose journal takes epochs and makes none durable until it is told to.
class WaitingShard : public testing::Test {
protected:
  WaitingShard() {
    auto& actors = system_.actors();
    const auto recovered = recover(*opened_);
    gateway_ = test::spawn_recorder(actors, replies_);
    journal_ = test::spawn_recorder(actors, appended_);
    applier_ = test::spawn_recorder(actors, applied_);
    shard_options options;
    options.last = (*recovered)[0].last;
    shard_ = actors.spawn<shard_actor>(
        shard_dependencies{.run = {.options = options,
                                   .form = config::entity_form::object,
                                   .rules = rules_,
                                   .clock = clock_,
                                   .metrics = metrics_,
                                   .reader = *opened_->state(0).reader()},
                           .journal = journal_,
                           .applier = applier_,
                           .provider = {},
                           .fatal = [](std::string_view, const fault& why) { FAIL() << why.message; }});
    caf::anon_send(shard_, shard_handles{{shard_}, gateway_});
    system_.run();
  }
  ~WaitingShard() override { system_.kill({shard_, journal_, applier_, gateway_}); }

  /// So many of the same of one connection, in one message; gives the number of the first.
  std::uint64_t ask(std::uint64_t connection, const std::string& command, std::size_t count = 1,
                    std::int64_t within_ms = 5'000) {
    auto batch = std::make_shared<std::vector<request>>();
    const auto first = last_id_ + 1;
    for (std::size_t i = 0; i < count; ++i) {
      batch->push_back({{connection, ++last_id_}, clock_.now().monotone_ms + within_ms, {}});
      batch->back().what = entity_request{{test::wallet("a"), test::parse_wallet_command(command)}, false};
    }
    caf::anon_send(shard_, shard_requests{batch, system_.scheduler().clock().now()});
    return first;
  }
  /// An epoch is under way, and the next one is full.
  void fill() {
    ask(1, "add 1");
    system_.run();
    ask(1, "fill " + std::to_string(limits::epoch_bytes_max + 1));
    system_.run();
  }
  void make_durable() {
    caf::anon_send(shard_, epoch_durable{appended_.back().what->number});
    system_.run();
  }
  void pass(std::int64_t ms) {
    clock_.pass(ms);
    system_.pass(milliseconds{ms});
  }
  std::string reply(std::uint64_t id) const {
    std::string all;
    for (const auto& batch : replies_)
      for (const auto& each : batch.replies)
        if (each.to.request_id == id)
          all += *each.body;
    return all;
  }

  test::wallets rules_;
  test::manual_clock clock_;
  test::memory_disk disk_{1};
  std::unique_ptr<storage> opened_ = disk_.open();
  metrics metrics_{"test"};
  std::vector<gateway_replies> replies_;
  std::vector<append_epoch> appended_;
  std::vector<apply_epoch> applied_;
  std::uint64_t last_id_ = 0;
  test::test_system system_;
  caf::actor gateway_, journal_, applier_, shard_;
};

TEST_F(WaitingShard, TellsWhoWaitsForAFullEpochWhenTheirTimeIsUp) {
  fill();
  const auto hurried = ask(2, "read", 1, 1'000);
  const auto patient = ask(2, "read", 1, 5'000);
  system_.run();
  pass(900);
  EXPECT_EQ(reply(hurried), "");
  pass(200);
  EXPECT_EQ(reply(hurried), "overloaded"); // It is definite: nothing was done.
  EXPECT_EQ(reply(patient), "");
  EXPECT_EQ(metrics_.admission_refusals.at("overloaded").Value(), 1);
}

TEST_F(WaitingShard, CarriesOutNothingOfAConnectionThatIsGone) {
  fill();
  ask(2, "add 100", 50);
  const auto stays = ask(3, "read");
  system_.run();
  caf::anon_send(shard_, connection_gone{2});
  system_.run();
  make_durable(); // Both epochs.
  make_durable();
  EXPECT_EQ(reply(stays), "balance 1");
  EXPECT_EQ(metrics_.admission_refusals.at("overloaded").Value(), 0) << "that was no overload";
}

/// What became durable meanwhile never waits behind a thousand orders.
TEST_F(WaitingShard, TakesNoMoreThanASliceAtOnce) {
  ask(1, "read", 1'000);
  const auto taken = [this] { return metrics_.queue_stage.collect().histogram.sample_count; };
  while (taken() == 0)
    ASSERT_TRUE(system_.scheduler().try_run_once());
  EXPECT_EQ(taken(), 64u);
}

} // namespace
} // namespace orderd::runtime
