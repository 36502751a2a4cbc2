// The load loop with an actor in the place of the client library.
#include "tests/bench/load_loop.hpp"

#include "cluster/client/client.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace orderd::bench {
namespace {

using namespace std::chrono_literals;

struct quiet_config : caf::actor_system_config {
  quiet_config() { cluster::init_client_types(); }
};

/// What the fake client has seen; read after the loop has ended.
struct seen {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> unanswered_most{0};
};

/// Confirms every request at once, in batches of at least `batch` while that many are under way.
caf::behavior confirming_client(caf::event_based_actor* self, std::shared_ptr<seen> counts,
                                std::size_t batch) {
  v1::reply body;
  body.mutable_placement()->set_status(v1::CONFIRMED);
  auto confirmed = std::make_shared<const v1::reply>(body);
  auto waiting = std::make_shared<cluster::client_replies>();
  return {
      [=](const cluster::client_requests& requests) {
        counts->requests += requests.size();
        for (const auto& one : requests)
          waiting->push_back({one.tag, confirmed});
        counts->unanswered_most = std::max<std::uint64_t>(counts->unanswered_most, waiting->size());
        if (waiting->size() >= batch)
          self->send(caf::actor_cast<caf::actor>(self->current_sender()), std::exchange(*waiting, {}));
      },
      [=](caf::subscribe_atom) {
        cluster::client_state state;
        state.connected = true;
        return state;
      },
  };
}

class LoadLoopTest : public ::testing::Test {
protected:
  void run(load_plan plan, std::size_t batch = 1) {
    auto client = system.spawn(confirming_client, counts, batch);
    order_source requests{goods, {}};
    record = run_record{plan.warmup, plan.warmup + plan.measured};
    load_loop loop{system, {client}, plan, requests, record, {[this] { ++begun; }, [this] { ++ended; }}};
    loop.run(stop);
    caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
  }

  quiet_config config;
  caf::actor_system system{config};
  catalogue goods = make_catalogue(mix::hot);
  std::shared_ptr<seen> counts = std::make_shared<seen>();
  run_record record{0ns, 0ns};
  std::atomic<bool> stop{false};
  int begun = 0;
  int ended = 0;
};

TEST_F(LoadLoopTest, SendsAsManyOrdersAsItWasTold) {
  run({.window = 10, .measured = 1h, .orders = 1'000});
  EXPECT_EQ(counts->requests, 1'000u);
  EXPECT_EQ(record.confirmed(), 1'000u);
}

TEST_F(LoadLoopTest, FillsItsWindowAndNeverPassesIt) {
  run({.window = 64, .measured = 1h, .orders = 640}, 64);
  EXPECT_EQ(counts->unanswered_most, 64u);
  EXPECT_EQ(record.confirmed(), 640u);
}

TEST_F(LoadLoopTest, SendsEveryOrderThatAnOpenLoopOwes) {
  run({.rate_per_s = 20'000, .measured = 50ms});
  EXPECT_EQ(counts->requests, 1'000u);
  EXPECT_EQ(record.confirmed(), 1'000u);
}

TEST_F(LoadLoopTest, MeasuresOnceAndOnlyAfterTheWarmUp) {
  run({.rate_per_s = 10'000, .warmup = 20ms, .measured = 30ms});
  EXPECT_EQ(counts->requests, 500u);
  EXPECT_EQ(record.confirmed(), 300u);
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(ended, 1);
}

TEST_F(LoadLoopTest, EndsWithoutItsAnswersWhenItIsStopped) {
  stop = true;
  run({.window = 10, .measured = 1h});
  EXPECT_EQ(record.confirmed(), 0u);
}

TEST_F(LoadLoopTest, KnowsThatItsClientIsConnected) {
  EXPECT_EQ(await_connected(system, {system.spawn(confirming_client, counts, std::size_t{1})}, 10s),
            std::nullopt);
}

TEST_F(LoadLoopTest, SaysThatItsClientNeverConnected) {
  auto silent = system.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](caf::subscribe_atom) {
      cluster::client_state state;
      state.last_error = "nobody is there";
      return state;
    }};
  });
  EXPECT_EQ(await_connected(system, {silent}, 10ms), "nobody is there");
}

} // namespace
} // namespace orderd::bench
