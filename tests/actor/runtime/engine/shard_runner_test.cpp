// Whole shards among their actors, with wallets for the business: what leaves when, who is told what, and
// what ends the node.
#include "runtime/engine/shard_runner.hpp"

#include "runtime/engine/applier_actor.hpp"
#include "runtime/engine/journal_actor.hpp"
#include "runtime/engine/provider_actor.hpp"
#include "runtime/shard/stored_rows.hpp"
#include "runtime/storage/recovery.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/shard_actor.hpp"
#include "tests/support/test_system.hpp"
#include "tests/support/wallets.hpp"

#include <caf/scoped_actor.hpp>

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using config::entity_form;
using std::chrono::milliseconds;

/// Two shards on one disk: wallets "a", "b" in the first, "c", "d" in the second.
/// Each look at it takes as long as it is told: a machine on which everything is slow.
class slow_clock : public node_clock {
public:
  slow_clock(const node_clock& real, test::test_system& system) : real_(real), system_(system) {}

  instant now() const override {
    system_.scheduler().clock().current_time += a_look_takes;
    return real_.now();
  }
  std::chrono::milliseconds a_look_takes{0};

private:
  const node_clock& real_;
  test::test_system& system_;
};

class ShardRunner : public testing::TestWithParam<entity_form> {
protected:
  ~ShardRunner() override { stop(); }

  void start() {
    opened_ = disk_.open();
    const auto recovered = recover(*opened_);
    ASSERT_TRUE(recovered) << recovered.error().message;
    auto& actors = system_.actors();
    gateway_ = test::spawn_recorder(actors, replies_);
    provider_ = actors.spawn([](caf::event_based_actor*) -> caf::behavior {
      return {[](const provider_request& call) { return provider_response{"to " + call.idempotency_key}; }};
    });
    journal_ = actors.spawn<journal_actor>(opened_->journal(), metrics_, fatal());
    applier_ = actors.spawn<applier_actor>(*opened_, journal_, metrics_, applier_options{}, fatal());
    worker_ = actors.spawn<provider_actor>(provider_, metrics_, provider_worker_options{});
    for (std::uint32_t shard = 0; shard < 2; ++shard)
      shards_.push_back(spawn_shard(shard, (*recovered)[shard]));
    for (const auto& shard : shards_)
      caf::anon_send(shard, shard_handles{shards_, gateway_});
    system_.run();
  }

  void stop() {
    for (const auto& shard : shards_)
      system_.kill({shard});
    if (journal_)
      system_.kill({journal_, applier_, worker_, provider_, gateway_});
    shards_.clear();
  }

  void restart() {
    stop();
    disk_.crash();
    start();
  }

  caf::actor spawn_shard(std::uint32_t shard, const recovered_shard& where) {
    shard_options options;
    options.shard = shard;
    options.shards = 2;
    options.last = where.last;
    auto reader = opened_->state(shard).reader();
    return system_.actors().spawn<shard_actor>(shard_dependencies{.run = {.options = options,
                                                                          .form = GetParam(),
                                                                          .rules = rules_,
                                                                          .clock = slow_,
                                                                          .metrics = metrics_,
                                                                          .reader = *std::move(reader)},
                                                                  .journal = journal_,
                                                                  .applier = applier_,
                                                                  .provider = worker_,
                                                                  .fatal = fatal()});
  }

  shard_description describe() {
    shard_description how;
    caf::scoped_actor self{system_.actors()};
    auto answer = self->request(shards_[0], caf::infinite, describe_shard{});
    system_.run();
    answer.receive([&](const shard_description& said) { how = said; }, [](const caf::error&) { FAIL(); });
    return how;
  }

  fatal_handler fatal() {
    return [this](std::string_view component, const fault& why) {
      fatal_.push_back(std::string{component} + ": " + why.message);
    };
  }

  /// Hands in a request without running anything.
  std::uint64_t hand_in(const std::string& name, const std::string& command, bool new_work = false) {
    auto batch = std::make_shared<std::vector<request>>();
    batch->push_back({{1, ++last_id_}, clock_.now().monotone_ms + 5'000, {}});
    batch->back().what = entity_request{{test::wallet(name), test::parse_wallet_command(command)}, new_work};
    caf::anon_send(shards_[name[0] < 'c' ? 0 : 1], shard_requests{batch, system_.scheduler().clock().now()});
    return last_id_;
  }
  std::string ask(const std::string& name, const std::string& command) {
    const auto id = hand_in(name, command);
    system_.run();
    return reply(id);
  }
  std::string reply(std::uint64_t id) const {
    std::string all;
    for (const auto& batch : replies_)
      for (const auto& each : batch.replies)
        if (each.to.request_id == id)
          all += *each.body;
    return all;
  }
  void pass(std::int64_t ms) {
    clock_.pass(ms);
    system_.pass(milliseconds{ms});
  }

  test::wallets rules_;
  test::manual_clock clock_;
  slow_clock slow_{clock_, system_};
  test::memory_disk disk_{2};
  std::unique_ptr<storage> opened_;
  metrics metrics_{"test"};
  std::vector<gateway_replies> replies_;
  std::vector<std::string> fatal_;
  std::uint64_t last_id_ = 0;
  test::test_system system_;
  caf::actor gateway_, provider_, journal_, applier_, worker_;
  std::vector<caf::actor> shards_;
};

TEST_P(ShardRunner, AnswersThroughTheGateway) {
  start();
  EXPECT_EQ(ask("a1", "add 5"), "balance 5");
  EXPECT_EQ(ask("c1", "add 7"), "balance 7");
  EXPECT_EQ(disk_.journal_records(), 2u);
}

TEST_P(ShardRunner, AnswersNothingBeforeTheJournalHasIt) {
  start();
  const auto id = hand_in("a1", "add 5");
  std::size_t records_at_reply = 0;
  while (reply(id).empty() && system_.scheduler().try_run_once())
    records_at_reply = disk_.journal_records();
  EXPECT_EQ(reply(id), "balance 5");
  EXPECT_EQ(records_at_reply, 1u);
}

TEST_P(ShardRunner, TimesTheStagesOfEachRequest) {
  const auto timed = [](const histogram& stage) { return stage.collect().histogram.sample_count; };
  start();
  hand_in("a1", "add 5");
  hand_in("a1", "add 5");
  system_.run();
  EXPECT_EQ(timed(metrics_.queue_stage), 2u);
  EXPECT_EQ(timed(metrics_.epoch_stage), 2u);
  EXPECT_EQ(timed(metrics_.commit_stage), 2u);
  ask("a1", "read"); // Has no epoch of its own, and is not counted with the next one.
  ask("a1", "add 5");
  EXPECT_EQ(timed(metrics_.queue_stage), 4u);
  EXPECT_EQ(timed(metrics_.epoch_stage), 3u);
  EXPECT_EQ(timed(metrics_.commit_stage), 3u);
  hand_in("a1", "add 5");
  while (timed(metrics_.queue_stage) < 5u && system_.scheduler().try_run_once()) {
  }
  hand_in("a1", "read"); // while that is being committed
  system_.run();
  ask("a1", "add 5");
  EXPECT_EQ(timed(metrics_.epoch_stage), 5u);
  EXPECT_TRUE(replies_.back().released_at);
}

TEST_P(ShardRunner, SendsCommandsToItsPeersAndTheirAnswersBack) {
  start();
  ask("a1", "add 10");
  EXPECT_EQ(ask("a1", "send c1 4"), "sent 4");
  EXPECT_EQ(ask("c1", "read"), "balance 4");
}

TEST_P(ShardRunner, MakesProviderCallsAndBringsTheirAnswers) {
  start();
  EXPECT_EQ(ask("a1", "call 1 key"), "answer to key");
}

TEST_P(ShardRunner, FiresTimersAsTimePasses) {
  start();
  ask("a1", "alarm 1 " + std::to_string(clock_.now().wall_ms + 1'000) + " add 5");
  pass(900);
  EXPECT_EQ(ask("a1", "read"), "balance 0");
  pass(150);
  EXPECT_EQ(ask("a1", "read"), "balance 5");
}

TEST_P(ShardRunner, KeepsEverythingAnsweredOverACrash) {
  start();
  ask("a1", "add 10");
  EXPECT_EQ(ask("a1", "send c1 4"), "sent 4");
  restart();
  EXPECT_EQ(ask("a1", "read"), "balance 6");
  EXPECT_EQ(ask("c1", "read"), "balance 4");
  EXPECT_TRUE(fatal_.empty());
}

TEST_P(ShardRunner, AppliesBehindTheJournalWhichIsTrimmed) {
  start();
  for (int i = 0; i < 5; ++i)
    ask("a1", "add 1");
  EXPECT_EQ(opened_->state(0).applied_epoch(), 0u);
  pass(250);
  EXPECT_EQ(opened_->state(0).applied_epoch(), 5u);
  ask("a1", "add 1");
  EXPECT_EQ(disk_.journal_records(), 1u);
}

TEST_P(ShardRunner, RestartsAnEntityThatFailsAndQuarantinesItAtTheLimit) {
  start();
  rules_.trouble["a1"] = 2;
  const auto healed = hand_in("a1", "add 5");
  const auto poisoned = hand_in("b1", "poison");
  system_.run();
  for (int i = 0; i < 10; ++i)
    pass(20);
  EXPECT_EQ(reply(healed), "balance 5");
  EXPECT_EQ(reply(poisoned), "quarantined");
  EXPECT_EQ(ask("a2", "add 1"), "balance 1");
}

TEST_P(ShardRunner, RefusesNewWorkThatWaitedTooLong) {
  start();
  const auto id = hand_in("a1", "add 5", true);
  system_.scheduler().advance_time(milliseconds{600}); // The shard is busy elsewhere.
  system_.run();
  EXPECT_EQ(reply(id), "overloaded");
}

TEST_P(ShardRunner, RefusesNewWorkWhileTheNodeDoes) {
  start();
  caf::anon_send(shards_[0], admit_new_work{fault{fault_code::storage_full, "full", 0}});
  const auto refused = hand_in("a1", "add 5", true);
  system_.run();
  caf::anon_send(shards_[0], admit_new_work{});
  const auto welcome = hand_in("a1", "add 5", true);
  system_.run();
  EXPECT_EQ(reply(refused), "storage_full");
  EXPECT_EQ(reply(welcome), "balance 5");
}

TEST_P(ShardRunner, EndsTheNodeWhenItsRowsCannotBeRead) {
  start();
  ask("a1", "alarm 1 1 add 5"); // Due long ago: fires with the first tick.
  ask("a1", "alarm 1 9000000000000 add 5");
  pass(250);
  stop();
  disk_.crash();
  const timer_key key{9'000'000'000'000, test::wallet("a1"), 1};
  ASSERT_TRUE(disk_.damage_value(0, to_row(key), 0));
  start();
  ASSERT_EQ(fatal_.size(), 1u);
  EXPECT_TRUE(fatal_[0].starts_with("shard: ")) << fatal_[0];
}

TEST_P(ShardRunner, EndsTheNodeWhenTheStoreCannotBeRead) {
  start();
  disk_.fail_reads();
  EXPECT_EQ(ask("a1", "add 5"), "");
  ASSERT_EQ(fatal_.size(), 1u);
  EXPECT_TRUE(fatal_[0].starts_with("shard: ")) << fatal_[0];
  EXPECT_NE(fatal_[0].find("the simulated disk cannot be read"), std::string::npos) << fatal_[0];
}

TEST_P(ShardRunner, QuarantinesTheEntityOfADamagedRow) {
  start();
  ask("a1", "add 5");
  pass(250);
  stop();
  disk_.crash();
  ASSERT_TRUE(disk_.damage_value(0, test::wallet("a1").row(table::state), 0));
  start();
  const auto id = hand_in("a1", "read");
  for (int i = 0; i < 10; ++i)
    pass(20);
  EXPECT_EQ(reply(id), "quarantined");
  EXPECT_EQ(ask("a2", "add 1"), "balance 1");
  EXPECT_TRUE(fatal_.empty());
}

TEST_P(ShardRunner, TellsNobodyAnythingAfterAFailedAppend) {
  start();
  disk_.fail_append(1);
  EXPECT_EQ(ask("a1", "add 5"), "");
  ASSERT_EQ(fatal_.size(), 1u);
  pass(10'000);
  EXPECT_EQ(ask("c1", "add 5"), "");
}

TEST_P(ShardRunner, ShowsInWhichStageWorkIsAndWhatIsInDoubt) {
  const auto count = [this](const char* stage) {
    return metrics_.unsettled_by_status.at("0", stage).Value();
  };
  start();
  ask("a1", "open");
  ask("b1", "open");
  pass(1'000);
  ask("b1", "doubt 5");
  pass(1'000);
  EXPECT_EQ(count("begun"), 1);
  EXPECT_EQ(count("asking"), 1);
  EXPECT_GE(metrics_.oldest_by_status.at("0", "begun").Value(), 1.9);
  EXPECT_EQ(metrics_.drain.at(0).Value(), drain_estimate::never) << "two there were, two there are";
  const auto doubt = metrics_.money_in_doubt.total();
  ASSERT_EQ(doubt.size(), 1u);
  EXPECT_EQ(doubt[0].amount_minor, 5);
  EXPECT_GE(doubt[0].oldest_ms, 1'900);
  ask("b1", "settle");
  pass(20);
  EXPECT_GT(metrics_.drain.at(0).Value(), 0);
  EXPECT_LT(metrics_.drain.at(0).Value(), 10);
  EXPECT_EQ(metrics_.money_in_doubt.total()[0].payments, 0u);
  stop();
  EXPECT_EQ(count("begun"), 0) << "it is led by nobody here";
  EXPECT_EQ(metrics_.drain.at(0).Value(), 0);
}

TEST_P(ShardRunner, DescribesItself) {
  start();
  ask("a1", "open");
  const auto how = describe();
  EXPECT_EQ(how.shard, 0u);
  EXPECT_EQ(how.committed_epoch, 1u);
  EXPECT_EQ(how.unsettled, 1u);
}

/// Everything else of a shard waits for its turn.
TEST_P(ShardRunner, CountsAndNamesTheTurnsThatHeldItLong) {
  start();
  ask("a1", "add 5");
  EXPECT_TRUE(describe().longest_turns.empty());
  const auto long_turns_of_0 = [this] { return metrics_.long_turns.at(0).Value(); };
  EXPECT_EQ(long_turns_of_0(), 0);
  slow_.a_look_takes = std::chrono::milliseconds{7};
  pass(20);
  slow_.a_look_takes = {};
  const auto found = describe().longest_turns;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_STREQ(found[0].what, "tick");
  EXPECT_EQ(found[0].took, std::chrono::milliseconds{7});
  EXPECT_EQ(long_turns_of_0(), 1);
}

INSTANTIATE_TEST_SUITE_P(Entities, ShardRunner, testing::Values(entity_form::actor, entity_form::object),
                         [](const auto& form) {
                           return form.param == entity_form::actor ? "AsActors" : "AsObjects";
                         });

} // namespace
} // namespace orderd::runtime
