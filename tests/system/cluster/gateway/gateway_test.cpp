// The gateway over real sockets of this machine, with actors in the place of shards.
#include "cluster/gateway/gateway.hpp"

#include "actors/entities/business.hpp"
#include "actors/public/public.pb.h"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/node.hpp"
#include "cluster/node/node_types.hpp"
#include "runtime/engine/messages.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/wire.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using testing::a_status_question;
using testing::an_order;
using testing::errors_of;
using testing::has_frames;
using testing::has_replies;
using testing::hello_bytes;
using testing::raw_client;
using testing::replies_of;
using testing::requests_bytes;

struct gateway_config : caf::actor_system_config {
  gateway_config() {
    init_node_types();
    load<caf::io::middleman>();
    set("caf.scheduler.max-threads", 2);
  }
};

std::shared_ptr<const std::string> body_of(std::size_t message_bytes) {
  v1::reply body;
  body.mutable_rejection()->set_message(std::string(message_bytes, 'm'));
  return std::make_shared<const std::string>(body.SerializeAsString());
}

class GatewayTest : public ::testing::Test {
protected:
  ~GatewayTest() override { caf::anon_send_exit(acceptor.actor, caf::exit_reason::user_shutdown); }

  /// Starts a gateway of two shards that answer with a body of that many bytes.
  void start(std::size_t reply_bytes = 10, const connection_places& places = {}) {
    auto shard = [&] {
      return system.spawn(testing::echo_shard, runtime::reply_outcome::rejection, body_of(reply_bytes));
    };
    start(shard(), shard(), places);
  }

  /// Starts a gateway whose shards answer nothing; the node does.
  void start_with_silent_shards(const connection_places& places) {
    const auto silent = system.spawn([](caf::event_based_actor*) {
      return caf::behavior{[](const runtime::shard_requests&) {}, [](const runtime::connection_gone&) {}};
    });
    start(silent, system.spawn(testing::echo_shard, runtime::reply_outcome::rejection, body_of(10)), places);
  }

  void start(const caf::actor& shard, const caf::actor& node, const connection_places& places) {
    auto made = spawn_gateway(system, {.address = "127.0.0.1:0",
                                       .rules = *rules,
                                       .metrics = metrics,
                                       .clock = clock,
                                       .shards = 2,
                                       .version = "0.1.0",
                                       .places = places,
                                       .timeouts = timeouts});
    ASSERT_TRUE(made) << made.error().message;
    acceptor = *made;
    caf::anon_send(acceptor.actor, gateway_handles{{shard, shard}, node});
  }

  std::unique_ptr<const runtime::business> rules = actors::make_business({});
  runtime::metrics metrics{"0.1.0"};
  runtime::system_node_clock clock;
  gateway_config config;
  caf::actor_system system{config};
  connection_timeouts timeouts{.parting = std::chrono::milliseconds{100}}; // on loopback enough to read why
  gateway_handle acceptor;
};

TEST_F(GatewayTest, EndsItsNodeWhenAHandlerThrows) {
  start();
  testing::await_accepting(acceptor.port);
  std::promise<std::string> ended;
  end_node_with(acceptor.actor, "gateway", [&ended](std::string_view component, const runtime::fault& why) {
    ended.set_value(std::string{component} + ": " + why.message);
  });
  caf::anon_send(acceptor.actor, gateway_handles{}); // of no shard, where two are expected
  auto said = ended.get_future();
  ASSERT_EQ(said.wait_for(std::chrono::seconds{10}), std::future_status::ready);
  EXPECT_TRUE(said.get().starts_with("gateway: the actor ended: "));
}

TEST_F(GatewayTest, AnswersEveryRequestOfEveryConnection) {
  start();
  raw_client first{acceptor.port};
  raw_client second{acceptor.port};
  std::vector<v1::request> orders;
  for (std::uint8_t i = 0; i < 200; ++i)
    orders.push_back(an_order(i));
  orders.push_back(a_status_question());
  first.send(hello_bytes() + requests_bytes(1000, orders));
  second.send(hello_bytes() + requests_bytes(5, {an_order(7)}));
  const auto replies = replies_of(first.read_until([](auto seen) { return has_replies(seen, 201); }));
  std::set<std::uint64_t> ids;
  for (const auto& reply : replies)
    ids.insert(reply.request_id());
  EXPECT_EQ(replies.size(), 201u);
  EXPECT_EQ(ids.size(), 201u);
  EXPECT_EQ(*ids.begin(), 1000u);
  EXPECT_EQ(*ids.rbegin(), 1200u);
  const auto other = replies_of(second.read_until([](auto seen) { return has_replies(seen, 1); }));
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(other[0].request_id(), 5u);
}

TEST_F(GatewayTest, SaysWhyItClosesAndServesTheOthers) {
  start();
  raw_client good{acceptor.port};
  good.send(hello_bytes());
  raw_client bad{acceptor.port};
  bad.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto errors = errors_of(bad.read_to_end());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::UNSUPPORTED_VERSION);
  good.send(requests_bytes(1, {an_order()}));
  EXPECT_EQ(replies_of(good.read_until([](auto seen) { return has_replies(seen, 1); })).size(), 1u);
}

TEST_F(GatewayTest, ClosesAConnectionThatNeverIntroducesItself) {
  timeouts.hello = std::chrono::milliseconds{50};
  start();
  raw_client silent{acceptor.port};
  const auto errors = errors_of(silent.read_to_end());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::TIMEOUT);
  EXPECT_EQ(errors[0].message(), "no HELLO within 50 ms");
}

TEST_F(GatewayTest, TakesNoMoreConnectionsThanItsLimitAndFreesThem) {
  start_with_silent_shards({.clients = 2});
  const auto waiting = [&] {
    auto made = std::make_unique<raw_client>(acceptor.port);
    made->send(hello_bytes() + requests_bytes(1, {a_status_question(), an_order()}));
    made->read_until([](auto seen) { return has_replies(seen, 1); });
    return made;
  };
  auto first = waiting();
  const auto second = waiting();
  raw_client refused{acceptor.port};
  refused.send(hello_bytes() + requests_bytes(1, {a_status_question()}));
  const auto all = refused.read_to_end();
  EXPECT_TRUE(replies_of(all).empty());
  const auto errors = errors_of(all);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::OVERLOADED);
  EXPECT_GT(errors[0].retry_after_ms(), 0u);
  first.reset();
  for (bool served = false; !served;) { // until the gateway has seen that the first has gone
    raw_client third{acceptor.port};
    third.send(hello_bytes() + requests_bytes(1, {a_status_question()}));
    served = has_replies(third.read_until([](auto seen) {
      return has_replies(seen, 1) || has_frames(seen, frame_type::error, 1);
    }),
                         1);
  }
}

TEST_F(GatewayTest, ClosesAnIdleConnectionForOneThatSaysHello) {
  start(10, {.clients = 2});
  raw_client silent{acceptor.port};
  silent.send(hello_bytes());
  silent.read_until([](auto seen) { return has_frames(seen, frame_type::hello, 1); });
  const auto used = [&](raw_client& by, std::uint64_t id) {
    by.send((id == 1 ? hello_bytes() : "") + requests_bytes(id, {an_order()}));
    return has_replies(by.read_until([&](auto seen) { return has_replies(seen, id); }), id);
  };
  raw_client first{acceptor.port};
  raw_client second{acceptor.port};
  EXPECT_TRUE(used(first, 1));
  EXPECT_TRUE(used(second, 1)); // in the place of the silent one
  const auto errors = errors_of(silent.read_to_end());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::OVERLOADED);
  EXPECT_TRUE(used(first, 2));
  EXPECT_TRUE(used(second, 2));
  EXPECT_EQ(acceptor.metrics->idle.Value(), 1);
}

TEST_F(GatewayTest, IsNotHeldByConnectionsThatSayNothing) {
  start(10, {.clients = 2, .unintroduced = 4});
  std::vector<std::unique_ptr<raw_client>> crowd;
  for (int i = 0; i < 20; ++i)
    crowd.push_back(std::make_unique<raw_client>(acceptor.port));
  const auto errors = errors_of(crowd.front()->read_to_end());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::OVERLOADED);
  raw_client good{acceptor.port};
  good.send(hello_bytes() + requests_bytes(1, {an_order()}));
  EXPECT_TRUE(has_replies(good.read_until([](auto seen) { return has_replies(seen, 1); }), 1));
  EXPECT_GE(acceptor.metrics->no_hello_place.Value(), 16);
}

TEST_F(GatewayTest, CutsAClientThatDoesNotReadItsReplies) {
  start(limits::client_frame_bytes_max / 2);
  raw_client slow{acceptor.port};
  raw_client good{acceptor.port};
  slow.send(hello_bytes());
  good.send(hello_bytes());
  // What the slow client asks for next comes while the replies from before wait: the good client's answer,
  // by the same shard, says that they were given to the socket.
  for (std::size_t asked = 1; asked <= 6; ++asked) {
    slow.send(requests_bytes(asked * 100, std::vector<v1::request>(40, an_order())));
    good.send(requests_bytes(asked, {an_order()}));
    EXPECT_TRUE(has_replies(good.read_until([&](auto seen) { return has_replies(seen, asked); }), asked));
  }
  slow.read_to_end();
  EXPECT_TRUE(slow.closed());
}

TEST_F(GatewayTest, ServesAClientThatReadsHoweverMuchComesAtOnce) {
  constexpr std::size_t pages = 40;
  constexpr std::size_t page_bytes = limits::client_frame_bytes_max / 2;
  static_assert(pages * page_bytes > 2 * limits::unsent_reply_bytes_max);
  start(page_bytes);
  raw_client reader{acceptor.port};
  reader.send(hello_bytes() + requests_bytes(0, std::vector<v1::request>(pages, an_order())));
  reader.read_until([](auto seen) { return seen.size() >= pages * page_bytes && has_replies(seen, pages); });
  EXPECT_FALSE(reader.closed());
}

TEST_F(GatewayTest, TellsItsClientsThatItStops) {
  start();
  raw_client client{acceptor.port};
  client.send(hello_bytes() + requests_bytes(1, {an_order()}));
  client.read_until([](auto seen) { return has_replies(seen, 1); });
  caf::anon_send_exit(acceptor.actor, caf::exit_reason::user_shutdown);
  const auto errors = errors_of(client.read_to_end());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::SHUTTING_DOWN);
}

TEST_F(GatewayTest, CountsRequestsByTypeAndOutcome) {
  start();
  raw_client client{acceptor.port};
  client.send(hello_bytes() + requests_bytes(1, {an_order(), an_order(), a_status_question()}));
  client.read_until([](auto seen) { return has_replies(seen, 3); });
  EXPECT_EQ(metrics.requests.at("place_order", "rejection").Value(), 2);
  EXPECT_EQ(metrics.requests.at("get_status", "rejection").Value(), 1);
}

TEST_F(GatewayTest, RefusesToListenAnywhereElse) {
  for (const char* address : {"0.0.0.0:0", "10.1.2.3:0", "nowhere"}) {
    auto made = spawn_gateway(
        system,
        {.address = address, .rules = *rules, .metrics = metrics, .clock = clock, .version = "0.1.0"});
    ASSERT_FALSE(made) << address;
    EXPECT_EQ(made.error().code, runtime::fault_code::malformed);
  }
}

TEST_F(GatewayTest, SaysThatAPortIsInUse) {
  start();
  testing::await_accepting(acceptor.port);
  auto made = spawn_gateway(system, {.address = "127.0.0.1:" + std::to_string(acceptor.port),
                                     .rules = *rules,
                                     .metrics = metrics,
                                     .clock = clock,
                                     .version = "0.1.0"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, runtime::fault_code::unavailable);
}

} // namespace
} // namespace orderd::cluster
