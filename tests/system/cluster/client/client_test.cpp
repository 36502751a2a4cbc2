// The client library against a gateway over a real socket, with actors in the place of shards.
#include "cluster/client/client.hpp"

#include "actors/entities/business.hpp"
#include "actors/public/public.pb.h"
#include "cluster/gateway/gateway.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/node_types.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/wire.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

int place_one_order(const char* endpoint);

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using testing::an_order;

struct client_config : caf::actor_system_config {
  client_config() {
    init_node_types();
    init_client_types();
    load<caf::io::middleman>();
    set("caf.scheduler.max-threads", 2);
  }
};

std::shared_ptr<const std::string> confirmed_body() {
  v1::reply body;
  body.mutable_placement()->set_status(v1::CONFIRMED);
  return std::make_shared<const std::string>(body.SerializeAsString());
}

client_requests orders(std::uint64_t first_tag, std::size_t count) {
  client_requests made;
  for (std::uint64_t tag = first_tag; tag < first_tag + count; ++tag)
    made.push_back({tag, std::make_shared<const v1::request>(an_order(static_cast<std::uint8_t>(tag)))});
  return made;
}

class ClientTest : public ::testing::Test {
protected:
  ClientTest() { start_node(0); }
  ~ClientTest() override {
    caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
    stop_node();
  }

  /// Starts a node that confirms every order; port 0 takes a free one.
  void start_node(std::uint16_t port) {
    auto made = spawn_gateway(system, {.address = "127.0.0.1:" + std::to_string(port),
                                       .rules = *rules,
                                       .metrics = metrics,
                                       .clock = clock,
                                       .version = "0.1.0"});
    ASSERT_TRUE(made) << made.error().message;
    acceptor = *made;
    auto shard = system.spawn(testing::echo_shard, runtime::reply_outcome::ok, confirmed_body());
    caf::anon_send(acceptor.actor, gateway_handles{{shard}, shard});
    testing::await_accepting(acceptor.port);
  }

  void stop_node() {
    caf::anon_send_exit(acceptor.actor, caf::exit_reason::user_shutdown);
    self->wait_for(acceptor.actor);
    acceptor.actor = nullptr;
  }

  void start_client(client_options options = {}) {
    options.endpoint = "127.0.0.1:" + std::to_string(acceptor.port);
    client = connect(system, options);
  }

  /// Receives replies until `count` have come.
  client_replies receive_replies(std::size_t count) {
    client_replies all;
    bool silent = false;
    while (all.size() < count && !silent)
      self->receive([&](const client_replies& some) { all.insert(all.end(), some.begin(), some.end()); },
                    caf::after(20s) >> [&] { silent = true; });
    EXPECT_FALSE(silent);
    return all;
  }

  client_state receive_state() {
    client_state now;
    self->receive([&](const client_state& state) { now = state; },
                  caf::after(20s) >> [] { FAIL() << "no state of the connection came"; });
    return now;
  }

  std::unique_ptr<const runtime::business> rules = actors::make_business({});
  runtime::metrics metrics{"0.1.0"};
  runtime::system_node_clock clock;
  client_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  gateway_handle acceptor;
  caf::actor client;
};

TEST_F(ClientTest, AnswersEachRequestOfManyOnce) {
  start_client();
  for (std::uint64_t batch = 0; batch < 50; ++batch)
    self->send(client, orders(batch * 1000, 1000)); // far more than a credit window
  std::set<std::uint64_t> tags;
  for (const auto& one : receive_replies(50'000)) {
    EXPECT_TRUE(tags.insert(one.tag).second);
    EXPECT_EQ(one.what->placement().status(), v1::CONFIRMED);
  }
  EXPECT_EQ(tags.size(), 50'000u);
}

TEST_F(ClientTest, AnswersTheSenderOfEachRequest) {
  start_client();
  caf::scoped_actor other{system};
  for (std::uint64_t tag = 0; tag < 100; ++tag) {
    other->send(client, orders(1000 + tag, 1).front());
    self->send(client, orders(tag, 1).front());
  }
  for (const auto& one : receive_replies(100))
    EXPECT_LT(one.tag, 100u);
  std::size_t others = 0;
  while (others < 100)
    other->receive([&](const client_replies& some) { others += some.size(); });
}

TEST_F(ClientTest, TellsSubscribersOfItsConnection) {
  start_client();
  self->send(client, caf::subscribe_atom_v);
  auto state = receive_state();
  while (!state.connected)
    state = receive_state();
  EXPECT_EQ(state.shards, 1u);
  EXPECT_EQ(state.server_version, "0.1.0");
  stop_node();
  state = receive_state();
  EXPECT_FALSE(state.connected);
  EXPECT_NE(state.last_error, "");
}

TEST_F(ClientTest, WaitsForANodeThatComesBack) {
  start_client();
  self->send(client, orders(0, 10));
  receive_replies(10);
  const auto port = acceptor.port;
  stop_node();
  self->send(client, orders(10, 10));
  start_node(port);
  EXPECT_EQ(receive_replies(10).size(), 10u);
}

TEST_F(ClientTest, AnswersAtTheDeadlineWithoutANode) {
  start_client({.timeout = 50ms});
  stop_node();
  self->send(client, orders(0, 3));
  for (const auto& one : receive_replies(3)) // They were never sent.
    EXPECT_EQ(one.what->fault().code(), v1::fault::UNAVAILABLE);
}

TEST_F(ClientTest, AnswersWhatIsUnansweredWhenItStops) {
  start_client();
  self->send(client, orders(0, 1));
  receive_replies(1);
  stop_node();
  self->send(client, orders(1, 3));
  self->send_exit(client, caf::exit_reason::user_shutdown);
  for (const auto& one : receive_replies(3))
    EXPECT_EQ(one.what->fault().code(), v1::fault::UNAVAILABLE);
}

TEST_F(ClientTest, RunsTheExampleOfTheReadme) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(place_one_order(("127.0.0.1:" + std::to_string(acceptor.port)).c_str()), 0);
  EXPECT_NE(::testing::internal::GetCapturedStdout().find("CONFIRMED"), std::string::npos);
}

} // namespace
} // namespace orderd::cluster
