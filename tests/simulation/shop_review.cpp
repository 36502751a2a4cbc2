// What everything comes to when all has settled: orders, stock, accounts and the bank against each other.
#include "actors/rules/order_id.hpp"
#include "tests/simulation/shop.hpp"

#include <algorithm>

namespace orderd::simulation {

void shop::review(const simulated_bank& bank) {
  for (const auto& each : orders_)
    review_order(each, bank);
  review_stock();
  review_accounts();
  review_bank(bank);
}

void shop::review_order(const placed_order& each, const simulated_bank& bank) {
  const auto& now = *each.seen;
  const bool confirmed = now.status() == v1::CONFIRMED;
  std::int64_t owed_minor = 0;
  std::uint32_t reserved = 0;
  for (const auto& line : now.lines()) {
    reserved += line.reserved() ? 1 : 0;
    owed_minor += line.reserved() ? line.quantity() * line.unit_price_minor() : 0;
  }
  const auto what = name_of(each) + ": " + now.ShortDebugString();
  if (confirmed ? reserved == 0 : reserved != 0)
    complain(what + " holds the wrong lines (S7)");
  const bool paid = now.payment().state() == v1::PAYMENT_AUTHORIZED;
  if (paid != confirmed || now.payment().authorized_minor() != (confirmed ? owed_minor : 0))
    complain(what + " is paid wrongly, it owes " + std::to_string(owed_minor) + " (S7)");
  const auto charged = bank.charged(actors::order_id_text(each.content.order_id()));
  const bool by_card = confirmed && each.content.payment_method() == v1::CARD;
  if (charged != (by_card ? std::vector<std::int64_t>{owed_minor} : std::vector<std::int64_t>{}))
    complain(what + " is charged " + std::to_string(charged.size()) + " times by the bank (S9)");
  if (each.cancel_accepted && now.status() != v1::CANCELLED)
    complain(what + " was acknowledged as cancelling (F5)");
  if (!each.outcome)
    return;
  const auto& said = *each.outcome;
  if (said.status() == v1::CONFIRMED) {
    if (!confirmed && !(now.status() == v1::CANCELLED && each.cancel_asked))
      complain(what + " was acknowledged as confirmed (F5)");
    if (confirmed && (said.authorized_minor() != owed_minor || said.lines_reserved() != reserved))
      complain(what + " was acknowledged as " + said.ShortDebugString() + " (A9)");
  } else if (said.status() != now.status() || said.reason() != now.reason()) {
    complain(what + " was acknowledged as " + said.ShortDebugString() + " (A9)");
  }
}

void shop::review_stock() {
  std::map<std::string, std::int64_t> reserved;
  for (const auto& each : orders_)
    for (const auto& line : each.seen->lines())
      reserved[line.sku()] += line.reserved() ? line.quantity() : 0;
  for (const auto& each : skus_) {
    const auto now = each.seen.value_or(v1::stock_item{});
    if (now.reserved() != reserved[each.name])
      complain(each.name + " is " + now.ShortDebugString() + ", its orders hold "
               + std::to_string(reserved[each.name]) + " (S5)");
    if (now.on_hand() != each.on_hand.value_or(0) && !each.perhaps.contains(now.on_hand()))
      complain(each.name + " is " + now.ShortDebugString() + ", it was last set to "
               + std::to_string(each.on_hand.value_or(0)) + " (S5)");
  }
}

void shop::review_accounts() {
  std::map<std::string, std::int64_t> held;
  for (const auto& each : orders_)
    if (each.content.payment_method() == v1::ACCOUNT)
      held[each.content.customer()] += each.seen->payment().authorized_minor();
  for (const auto& each : customers_) {
    const auto now = each.seen.value_or(v1::account{});
    if (now.held_minor() != held[each.name])
      complain(each.name + " is " + now.ShortDebugString() + ", its orders owe "
               + std::to_string(held[each.name]) + " (S6)");
    if (now.credit_limit_minor() != each.limit_minor.value_or(0)
        && !each.perhaps.contains(now.credit_limit_minor()))
      complain(each.name + " is " + now.ShortDebugString() + ", its limit was last set to "
               + std::to_string(each.limit_minor.value_or(0)));
  }
}

void shop::review_bank(const simulated_bank& bank) {
  std::vector<std::string> known;
  for (const auto& each : orders_)
    known.push_back(actors::order_id_text(each.content.order_id()));
  for (const auto& order : bank.orders())
    if (std::find(known.begin(), known.end(), order) == known.end())
      complain("the bank knows an order that nobody placed: " + order);
  for (const auto& each : bank.complaints())
    complain("the bank complains: " + each);
}

} // namespace orderd::simulation
