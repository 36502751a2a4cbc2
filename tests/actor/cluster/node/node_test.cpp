// A node put together. Fault: an exception in one of its actors. None may end in silence, because the others
// would live on without it: the node must end and say whose fault it was.
#include "cluster/node/node.hpp"

#include "cluster/node/alone.hpp"
#include "cluster/replica_host/messages.hpp"
#include "runtime/engine/provider_actor.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"
#include "tests/support/wallets.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace orderd::cluster {
namespace {

using runtime::result;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Storage of one shard that throws where it is told to.
class throwing_storage : public runtime::storage {
public:
  enum class place : std::uint8_t { nowhere, append, apply, space };

  explicit throwing_storage(runtime::storage& real) : real_(real) {}
  std::uint32_t shards() const override { return 1; }
  runtime::journal_store& journal() override { return journal_; }
  runtime::state_store& state(std::uint32_t) override { return state_; }
  result<runtime::disk_space> space() override {
    fail_at(place::space);
    return real_.space();
  }

  place at = place::nowhere;

private:
  class throwing_journal : public runtime::journal_store {
  public:
    explicit throwing_journal(throwing_storage& owner) : owner_(owner) {}
    result<void> replay(const std::function<result<void>(runtime::epoch_ptr)>& visit) override {
      return owner_.real_.journal().replay(visit);
    }
    result<void> append(std::span<const runtime::journal_entry> entries) override {
      owner_.fail_at(place::append);
      return owner_.real_.journal().append(entries);
    }
    result<std::map<std::uint32_t, std::string>> notes() override { return owner_.real_.journal().notes(); }
    result<std::vector<runtime::epoch_ptr>> read(std::uint32_t shard, std::uint64_t first,
                                                 std::size_t bytes_max) override {
      return owner_.real_.journal().read(shard, first, bytes_max);
    }
    std::uint64_t first_epoch(std::uint32_t shard) const override {
      return owner_.real_.journal().first_epoch(shard);
    }
    void trim(std::uint32_t, std::uint64_t) override {}
    runtime::epoch_mark trimmed(std::uint32_t shard) const override {
      return owner_.real_.journal().trimmed(shard);
    }
    std::uint64_t size_bytes() const override { return 0; }
    shard_use used_by(std::uint32_t) const override { return {}; }

  private:
    throwing_storage& owner_;
  };

  class throwing_state : public runtime::state_store {
  public:
    explicit throwing_state(throwing_storage& owner) : owner_(owner) {}
    result<void> apply(std::span<const runtime::epoch_ptr> epochs) override {
      owner_.fail_at(place::apply);
      return owner_.real_.state(0).apply(epochs);
    }
    result<void> clear() override { return owner_.real_.state(0).clear(); }
    result<void> load(std::span<const runtime::row_write> rows) override {
      return owner_.real_.state(0).load(rows);
    }
    result<void> set_applied(const runtime::epoch_mark& last) override {
      return owner_.real_.state(0).set_applied(last);
    }
    runtime::epoch_mark applied() const override { return owner_.real_.state(0).applied(); }
    runtime::rows_digest rows() const override { return owner_.real_.state(0).rows(); }
    result<std::unique_ptr<runtime::state_reader>> reader() override {
      return owner_.real_.state(0).reader();
    }
    std::uint64_t size_bytes() const override { return 0; }

  private:
    throwing_storage& owner_;
  };

  void fail_at(place here) const {
    if (at == here)
      throw std::runtime_error("a planted exception");
  }

  runtime::storage& real_;
  throwing_journal journal_{*this};
  throwing_state state_{*this};
};

using place = throwing_storage::place;

class Node : public testing::Test {
protected:
  ~Node() override {
    stop();
    system_.kill({gateway_, provider_});
  }

  /// Opens the disk, and starts the node on it.
  void start(place fails_at = place::nowhere) {
    opened_ = platter_.open();
    disk_.emplace(*opened_);
    disk_->at = fails_at;
    store_.emplace();
    const auto found = recover_alone(*disk_);
    ASSERT_TRUE(found);
    make_store_alone(*store_, *found, "here:1");
    auto made = start_node(system_.actors(), settings_,
                           {.disk = *disk_,
                            .rules = rules_,
                            .clock = clock_,
                            .store = *store_,
                            .board = board_,
                            .metrics = metrics_,
                            .cluster_metrics = cluster_metrics_,
                            .provider = provider_,
                            .fatal =
                                [this](std::string_view component, const runtime::fault& why) {
                                  fatal_.push_back(std::string{component} + ": " + why.message);
                                },
                            .client_endpoint = "here:1"},
                           *found, blocking_actors::scheduled);
    ASSERT_TRUE(made) << made.error().message;
    node_ = *std::move(made);
    node_.open(gateway_);
    system_.run();
  }
  void stop() {
    node_.stop();
    system_.run();
  }
  void ask(const std::string& command) {
    auto batch = std::make_shared<std::vector<runtime::request>>();
    batch->push_back({{1, 1}, clock_.now().monotone_ms + 5'000, {}});
    batch->back().what =
        runtime::entity_request{{test::wallet("a1"), test::parse_wallet_command(command)}, false};
    caf::anon_send(node_.hosts[0], runtime::shard_requests{batch, system_.scheduler().clock().now()});
    system_.run();
    system_.pass(std::chrono::milliseconds{300});
  }

  replica_description describe() {
    std::vector<replica_description> said;
    const auto asker = test::spawn_recorder(system_.actors(), said);
    caf::send_as(asker, node_.hosts[0], describe_replica{});
    system_.run();
    system_.kill({asker});
    return said.at(0);
  }

  config::node_settings settings_;
  test::wallets rules_;
  test::manual_clock clock_;
  test::memory_disk platter_{1};
  std::unique_ptr<runtime::storage> opened_;
  std::optional<throwing_storage> disk_;
  std::optional<static_configuration> store_;
  lease_board board_{the_only_replica, {}};
  runtime::metrics metrics_{"test"};
  cluster_metrics cluster_metrics_;
  std::vector<runtime::gateway_replies> replies_;
  std::vector<std::string> fatal_;
  test::test_system system_;
  caf::actor gateway_ = test::spawn_recorder(system_.actors(), replies_);
  caf::actor provider_ = system_.actors().spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](const runtime::provider_request&) -> runtime::provider_response {
      throw std::runtime_error("a planted exception");
    }};
  });
  node node_;
};

TEST_F(Node, DoesNotEndByItselfWhenItIsStopped) {
  start();
  ask("add 5");
  EXPECT_EQ(replies_.size(), 1u);
  stop();
  EXPECT_THAT(fatal_, IsEmpty());
}

/// Each start is a term of its own, so that what an earlier one left unfinished is told apart.
TEST_F(Node, LeadsInTheNextTermAfterARestart) {
  start();
  ask("add 5");
  stop();
  platter_.crash();
  start();
  ask("add 5");
  ASSERT_EQ(replies_.size(), 2u);
  EXPECT_EQ(*replies_[1].replies.at(0).body, "balance 10");
  EXPECT_EQ(describe().known.what.term, 2u);
  EXPECT_EQ(describe().state, "serving");
  EXPECT_THAT(fatal_, IsEmpty());
}

TEST_F(Node, EndsWithItsJournal) {
  start();
  disk_->at = place::append;
  ask("add 5");
  EXPECT_THAT(fatal_, ElementsAre(testing::AllOf(testing::StartsWith("journal: the actor ended: "),
                                                 HasSubstr("a planted exception"))));
}

TEST_F(Node, EndsWithItsApplier) {
  start();
  disk_->at = place::apply;
  ask("add 5");
  EXPECT_THAT(fatal_, ElementsAre(HasSubstr("applier: the actor ended")));
}

TEST_F(Node, EndsWithItsProvider) {
  start();
  ask("call 1 key");
  EXPECT_THAT(fatal_, ElementsAre(HasSubstr("provider: the actor ended")));
}

TEST_F(Node, EndsWithItsProviderWorker) {
  start();
  caf::anon_send_exit(node_.provider_worker, caf::exit_reason::unreachable);
  system_.run();
  EXPECT_THAT(fatal_, ElementsAre(HasSubstr("provider_worker: the actor ended")));
}

TEST_F(Node, EndsWithTheActorThatWatchesItsDisk) {
  start(place::space);
  EXPECT_THAT(fatal_, ElementsAre(HasSubstr("node: the actor ended")));
}

} // namespace
} // namespace orderd::cluster
