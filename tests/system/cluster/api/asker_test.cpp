// The asker over real sockets, with actors in the place of shards and node.
#include "cluster/api/asker.hpp"

#include "actors/entities/business.hpp"
#include "cluster/gateway/gateway.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/node_types.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/support/wire.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

struct asker_config : caf::actor_system_config {
  asker_config() {
    init_node_types();
    load<caf::io::middleman>();
    set("caf.scheduler.max-threads", 2);
  }
};

/// What one question came to.
struct outcome {
  std::promise<v1::reply> first;
  std::atomic<int> times = 0;
};

class Asker : public ::testing::Test {
protected:
  ~Asker() override { caf::anon_send_exit(acceptor.actor, caf::exit_reason::user_shutdown); }

  /// Shards answer NOT_FOUND, or nothing; the node always.
  void start(bool silent_shards = false) {
    v1::reply body;
    body.mutable_rejection()->set_code(v1::rejection::NOT_FOUND);
    const auto said = std::make_shared<const std::string>(body.SerializeAsString());
    const auto echo = system.spawn(testing::echo_shard, runtime::reply_outcome::rejection, said);
    const auto silent = system.spawn([](caf::event_based_actor*) {
      return caf::behavior{[](const runtime::shard_requests&) {}, [](const runtime::connection_gone&) {}};
    });
    auto made = spawn_gateway(system, {.address = "127.0.0.1:0",
                                       .rules = *rules,
                                       .metrics = metrics,
                                       .clock = clock,
                                       .shards = 2,
                                       .version = "0.1.0"});
    ASSERT_TRUE(made) << made.error().message;
    acceptor = *made;
    const auto shard = silent_shards ? silent : echo;
    caf::anon_send(acceptor.actor, gateway_handles{{shard, shard}, echo});
  }
  std::string endpoint() const { return "127.0.0.1:" + std::to_string(acceptor.port); }

  static std::shared_ptr<const v1::request> order(std::uint32_t timeout_ms = 0) {
    auto made = std::make_shared<v1::request>(testing::an_order());
    made->set_timeout_ms(timeout_ms);
    return made;
  }
  static std::shared_ptr<const v1::request> status(std::uint32_t timeout_ms = 0) {
    auto made = std::make_shared<v1::request>(testing::a_status_question());
    made->set_timeout_ms(timeout_ms);
    return made;
  }
  static asker::answer into(const std::shared_ptr<outcome>& what) {
    return [what](const std::shared_ptr<const v1::reply>& reply) {
      if (what->times.fetch_add(1) == 0)
        what->first.set_value(*reply);
    };
  }
  static v1::reply wait(const std::shared_ptr<outcome>& what) {
    auto came = what->first.get_future();
    const bool there = came.wait_for(20s) == std::future_status::ready;
    EXPECT_TRUE(there) << "not answered";
    return there ? came.get() : v1::reply{};
  }

  std::unique_ptr<const runtime::business> rules = actors::make_business({});
  runtime::metrics metrics{"0.1.0"};
  runtime::system_node_clock clock;
  asker_config config;
  caf::actor_system system{config};
  gateway_handle acceptor;
};

TEST_F(Asker, AnswersEachQuestionOnce) {
  start();
  const asker ask{system, {.endpoint = endpoint()}};
  std::vector<std::shared_ptr<outcome>> asked;
  for (int i = 0; i < 200; ++i)
    ask.cluster(order(), into(asked.emplace_back(std::make_shared<outcome>())));
  for (const auto& each : asked)
    EXPECT_EQ(wait(each).rejection().code(), v1::rejection::NOT_FOUND);
  for (const auto& each : asked)
    EXPECT_EQ(each->times, 1);
}

TEST_F(Asker, AsksANodeForItself) {
  start(true);
  const asker ask{system, {.endpoint = endpoint()}};
  const auto of_node = std::make_shared<outcome>();
  ask.node(endpoint(), status(), into(of_node));
  EXPECT_TRUE(wait(of_node).has_rejection());
}

TEST_F(Asker, KnowsHowManyShardsThereAreOnceItIsConnected) {
  start();
  const asker ask{system, {.endpoint = endpoint()}};
  EXPECT_TRUE(test::wait_until([&] { return ask.shards() == 2; }));
}

TEST_F(Asker, TellsWhoAsksANodeThatIsNotThere) {
  start();
  const asker ask{system, {.endpoint = endpoint()}};
  const auto nobody = std::make_shared<outcome>();
  ask.node("127.0.65.1:1", status(100), into(nobody));
  EXPECT_EQ(wait(nobody).fault().code(), v1::fault::UNAVAILABLE);
  EXPECT_EQ(nobody->times, 1);
}

TEST_F(Asker, AsksOnlySoManyNodes) {
  start();
  const asker ask{system, {.endpoint = endpoint()}};
  std::vector<std::shared_ptr<outcome>> asked;
  for (std::size_t i = 0; i < asker::nodes_asked_max; ++i)
    ask.node("127.0.65.1:" + std::to_string(1 + i), status(200),
             into(asked.emplace_back(std::make_shared<outcome>())));
  const auto one_more = std::make_shared<outcome>();
  ask.node("127.0.65.2:1", status(60'000), into(one_more));
  const auto refused = wait(one_more).fault();
  EXPECT_EQ(refused.code(), v1::fault::UNAVAILABLE);
  EXPECT_EQ(refused.message(), "too many nodes are asked at once; nothing was done");
  const auto known = std::make_shared<outcome>(); // one that was asked before may be asked again
  ask.node("127.0.65.1:1", status(200), into(known));
  EXPECT_NE(wait(known).fault().message(), refused.message());
  for (const auto& each : asked)
    wait(each);
}

TEST_F(Asker, AnswersWhatIsUnderWayWhenItStops) {
  start(true);
  const asker ask{system, {.endpoint = endpoint()}};
  const auto waiting = std::make_shared<outcome>();
  ask.cluster(order(60'000), into(waiting));
  ask.stop();
  EXPECT_EQ(wait(waiting).fault().code(), v1::fault::SHUTTING_DOWN);
  const auto late = std::make_shared<outcome>();
  ask.cluster(order(), into(late));
  const auto told = wait(late).fault();
  EXPECT_EQ(told.code(), v1::fault::SHUTTING_DOWN);
  EXPECT_EQ(told.message(), "the node is stopping; nothing was done");
  EXPECT_EQ(waiting->times, 1);
  EXPECT_EQ(late->times, 1);
}

} // namespace
} // namespace orderd::cluster
