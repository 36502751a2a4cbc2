// A shop's program: places one order and says what became of it.
//
//   shop ENDPOINT CUSTOMER SKU QUANTITY PRICE_MINOR
#include <actors/rules/order_id.hpp>
#include <cluster/client/client.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>

int main(int count, char** arguments) {
  if (count != 6) {
    std::cerr << "usage: shop ENDPOINT CUSTOMER SKU QUANTITY PRICE_MINOR\n";
    return 2;
  }
  orderd::cluster::init_client_types();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  auto client = orderd::cluster::connect(system, {.endpoint = arguments[1]});

  std::random_device chance;
  const auto random = std::uint64_t{chance()} << 32 | chance();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  auto request = std::make_shared<orderd::v1::request>();
  auto& order = *request->mutable_place_order();
  order.set_order_id(orderd::actors::make_order_id(arguments[2], now_ms, random));
  order.set_customer(arguments[2]);
  order.set_currency("GBP");
  order.set_payment_method(orderd::v1::ACCOUNT);
  auto& line = *order.add_lines();
  line.set_sku(arguments[3]);
  line.set_quantity(std::strtoul(arguments[4], nullptr, 10));
  line.set_unit_price_minor(std::strtoll(arguments[5], nullptr, 10));

  caf::scoped_actor self{system};
  self->send(client, orderd::cluster::client_request{1, request});
  bool confirmed = false;
  self->receive([&](const orderd::cluster::client_replies& replies) {
    const auto& reply = *replies.at(0).what;
    confirmed = reply.placement().status() == orderd::v1::CONFIRMED;
    std::cout << (confirmed ? "confirmed " : "not confirmed ")
              << orderd::actors::order_id_text(order.order_id()) << '\n';
  });
  caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
  return confirmed ? 0 : 1;
}
