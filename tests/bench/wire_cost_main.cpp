// What the wire costs: processor time of the gateway's and of the client's thread for each order, with a
// node that does nothing. Prints one line of JSON.
#include "actors/entities/business.hpp"
#include "actors/public/replies.hpp"
#include "actors/rules/order_id.hpp"
#include "cluster/client/client.hpp"
#include "cluster/gateway/gateway.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/node_types.hpp"
#include "tests/support/loopback.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/scoped_actor.hpp>

#include <pthread.h>

#include <cstdio>
#include <ctime>
#include <future>
#include <memory>
#include <random>
#include <string>

namespace orderd::cluster {
namespace {

constexpr std::size_t orders = 100'000;
constexpr std::size_t outstanding = 4'000;
constexpr std::size_t batch_size = 100;

struct wire_config : caf::actor_system_config {
  wire_config() {
    init_node_types();
    init_client_types();
    load<caf::io::middleman>();
    set("caf.scheduler.max-threads", 1);
    set("caf.middleman.workers", 0);
  }
};

/// The clock of the processor time of a system's multiplexer thread.
clockid_t network_clock(caf::actor_system& system) {
  std::promise<clockid_t> found;
  system.middleman().backend().post([&] {
    clockid_t clock{};
    pthread_getcpuclockid(pthread_self(), &clock);
    found.set_value(clock);
  });
  return found.get_future().get();
}

double microseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

std::shared_ptr<const v1::request> random_order(std::mt19937_64& random) {
  auto made = std::make_shared<v1::request>();
  auto& order = *made->mutable_place_order();
  order.set_order_id(actors::make_order_id("", 1'700'000'000'000, random()));
  order.set_customer("customer-" + std::to_string(random() % 100'000));
  order.set_currency("GBP");
  order.set_payment_method(v1::ACCOUNT);
  auto& line = *order.add_lines();
  line.set_sku("sku-" + std::to_string(random() % 100'000));
  line.set_quantity(1);
  line.set_unit_price_minor(999);
  return made;
}

/// Sends every order, so many of them unanswered, and takes the answers.
void exchange(caf::scoped_actor& self, const caf::actor& client) {
  std::mt19937_64 random{1};
  std::size_t sent = 0;
  std::size_t answered = 0;
  while (answered < orders) {
    while (sent < orders && sent - answered < outstanding) {
      client_requests batch;
      for (std::size_t i = 0; i < batch_size; ++i)
        batch.push_back({sent++, random_order(random)});
      self->send(client, std::move(batch));
    }
    self->receive([&](const client_replies& replies) { answered += replies.size(); });
  }
}

std::string confirmed() {
  v1::reply placed;
  placed.mutable_placement()->set_order_id(std::string(16, 'i'));
  placed.mutable_placement()->set_status(v1::CONFIRMED);
  placed.mutable_placement()->set_authorized_minor(999);
  placed.mutable_placement()->set_lines_reserved(1);
  return actors::reply_body(placed).bytes;
}

int measure() {
  const auto rules = actors::make_business({});
  runtime::metrics metrics{"0.1.0"};
  runtime::system_node_clock clock;
  wire_config node_config;
  wire_config client_config;
  caf::actor_system node{node_config};
  caf::actor_system user{client_config};
  auto acceptor = spawn_gateway(
      node,
      {.address = "127.0.0.1:0", .rules = *rules, .metrics = metrics, .clock = clock, .version = "0.1.0"});
  if (!acceptor) {
    std::fprintf(stderr, "wire_cost: %s\n", acceptor.error().message.c_str());
    return 1;
  }
  auto shard = node.spawn(testing::echo_shard, runtime::reply_outcome::ok,
                          std::make_shared<const std::string>(confirmed()));
  caf::anon_send(acceptor->actor, gateway_handles{{shard}, shard});
  auto client = connect(user, {.endpoint = "127.0.0.1:" + std::to_string(acceptor->port)});

  const auto node_clock = network_clock(node);
  const auto client_clock = network_clock(user);
  const auto node_before = microseconds(node_clock);
  const auto client_before = microseconds(client_clock);

  caf::scoped_actor self{user};
  exchange(self, client);

  const auto node_cost = (microseconds(node_clock) - node_before) / orders;
  const auto client_cost = (microseconds(client_clock) - client_before) / orders;
  std::printf("{\"gateway_us\": %.2f, \"client_us\": %.2f}\n", node_cost, client_cost);
  caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(acceptor->actor, caf::exit_reason::user_shutdown);
  return 0;
}

} // namespace
} // namespace orderd::cluster

int main() {
  return orderd::cluster::measure();
}
