// The example of the README: between the two marks it is quoted there, word for word.
// [example]
#include "actors/rules/order_id.hpp"
#include "cluster/client/client.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <iostream>
#include <random>

namespace v1 = orderd::v1;
using namespace orderd::cluster;

int place_one_order(const char* endpoint) {
  init_client_types();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  auto client = connect(system, {.endpoint = endpoint});

  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  auto request = std::make_shared<v1::request>();
  auto& order = *request->mutable_place_order();
  std::random_device chance;
  const auto random = std::uint64_t{chance()} << 32 | chance();
  order.set_order_id(orderd::actors::make_order_id("17850", now_ms, random));
  order.set_customer("17850");
  order.set_currency("GBP");
  order.set_payment_method(v1::ACCOUNT);
  auto& line = *order.add_lines();
  line.set_sku("85123A");
  line.set_quantity(6);
  line.set_unit_price_minor(255);

  caf::scoped_actor self{system};
  self->send(client, client_request{1, request}); // the same id again would change nothing
  self->receive([](const client_replies& replies) { std::cout << replies.at(0).what->DebugString(); });
  caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
  return 0;
}
// [example]
