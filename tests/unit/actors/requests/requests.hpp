// Requests as tests write them.
#pragma once

#include "actors/public/public.pb.h"
#include "actors/rules/order_id.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::actors::test {

struct line {
  std::string sku;
  std::int64_t quantity = 1;
  std::int64_t price = 100;
};

/// An order id; the same number and customer give the same id.
inline std::string id_of(std::uint64_t number, const std::string& customer = {}) {
  return make_order_id(customer, 1'700'000'000'000 + static_cast<std::int64_t>(number),
                       number * 0x9e3779b97f4a7c15ull);
}

inline std::string command_id_of(std::uint64_t number) {
  std::string id(16, 'c');
  for (int i = 0; i < 8; ++i)
    id[static_cast<std::size_t>(i)] = static_cast<char>(number >> (8 * i));
  return id;
}

inline v1::request place(const std::string& id, const std::string& customer, v1::payment_method method,
                         const std::vector<line>& lines, bool allow_partial = false) {
  v1::request request;
  auto* order = request.mutable_place_order();
  order->set_order_id(id);
  order->set_reference("ref");
  order->set_customer(customer);
  order->set_currency("GBP");
  order->set_payment_method(method);
  order->set_allow_partial(allow_partial);
  for (const auto& each : lines) {
    auto* added = order->add_lines();
    added->set_sku(each.sku);
    added->set_quantity(each.quantity);
    added->set_unit_price_minor(each.price);
  }
  return request;
}

inline v1::request cancel(const std::string& id) {
  v1::request request;
  request.mutable_cancel_order()->set_order_id(id);
  return request;
}

inline v1::request get(const std::string& id) {
  v1::request request;
  request.mutable_get_order()->set_order_id(id);
  return request;
}

inline v1::request stock(const std::string& sku, std::int64_t on_hand, std::uint64_t command) {
  v1::request request;
  auto* set = request.mutable_set_stock();
  set->set_command_id(command_id_of(command));
  set->set_sku(sku);
  set->set_on_hand(on_hand);
  return request;
}

inline v1::request get_stock(const std::string& sku) {
  v1::request request;
  request.mutable_get_stock()->set_sku(sku);
  return request;
}

inline v1::request account(const std::string& customer, std::int64_t limit, std::uint64_t command,
                           const std::string& currency = "GBP") {
  v1::request request;
  auto* set = request.mutable_set_account();
  set->set_command_id(command_id_of(command));
  set->set_customer(customer);
  set->set_currency(currency);
  set->set_credit_limit_minor(limit);
  return request;
}

inline v1::request get_account(const std::string& customer) {
  v1::request request;
  request.mutable_get_account()->set_customer(customer);
  return request;
}

} // namespace orderd::actors::test
