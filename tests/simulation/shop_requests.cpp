// What the clients of a simulation ask.
#include "tests/simulation/shop.hpp"

#include "actors/rules/order_id.hpp"

#include <algorithm>
#include <utility>

namespace orderd::simulation {

namespace {

constexpr std::size_t skus_of_test = 6;
constexpr std::size_t customers_of_test = 4;

} // namespace

shop::shop(options with, chance& random, counters& happened)
    : options_(with), random_(random), happened_(happened) {
  for (std::size_t i = 0; i < skus_of_test; ++i)
    skus_.push_back({"sku-" + std::to_string(i), {}, {}, {}, 0, {}});
  for (std::size_t i = 0; i < customers_of_test; ++i)
    customers_.push_back({"customer-" + std::to_string(i), {}, {}, {}, 0, {}});
}

purpose shop::some_purpose() {
  const auto drawn = random_.below(100);
  if (drawn < 10 || orders_.empty())
    return random_.percent(60) ? purpose::set_stock : purpose::set_account;
  if (drawn < 62)
    return purpose::place;
  if (drawn < 65)
    return purpose::conflict;
  if (drawn < 73)
    return purpose::cancel;
  if (drawn < 88)
    return purpose::read_order;
  if (drawn < 92)
    return purpose::read_stock;
  if (drawn < 96)
    return purpose::read_account;
  return drawn < 98 || options_.of_cluster ? purpose::list_orders : purpose::audit;
}

shop_request shop::next(std::int64_t now_ms) {
  if (const auto unset = first_unset(); unset && !random_.once_in(5))
    return ask(unset->first, unset->second);
  if (orders_.empty() || random_.percent(30)) {
    orders_.emplace_back().content = new_order(now_ms);
    return ask(purpose::place, orders_.size() - 1);
  }
  const auto why = some_purpose();
  switch (why) {
  case purpose::conflict: {
    const auto subject = some(orders_.size());
    return ask(orders_[subject].outcome ? why : purpose::read_order, subject);
  }
  // One setting of a SKU or customer at a time: else nobody could tell which came last.
  case purpose::read_stock:
  case purpose::set_stock: {
    const auto subject = some(skus_.size());
    return ask(is_pending(why, subject) ? purpose::read_stock : why, subject);
  }
  case purpose::read_account:
  case purpose::set_account: {
    const auto subject = some(customers_.size());
    return ask(is_pending(why, subject) ? purpose::read_account : why, subject);
  }
  case purpose::list_orders:
  case purpose::audit:
    return ask(why, some(options_.shards));
  default:
    return ask(why, some(orders_.size()));
  }
}

shop_request shop::ask(purpose why, std::size_t subject) {
  v1::request what;
  switch (why) {
  case purpose::place:
    *what.mutable_place_order() = orders_.at(subject).content;
    if (orders_[subject].outcome)
      happened_.count("placement repeated");
    break;
  case purpose::conflict:
    *what.mutable_place_order() = orders_.at(subject).content;
    what.mutable_place_order()->mutable_lines(0)->set_quantity(what.place_order().lines(0).quantity() + 1);
    break;
  case purpose::cancel:
    what.mutable_cancel_order()->set_order_id(order_id(subject));
    what.mutable_cancel_order()->set_by("clerk");
    orders_[subject].cancel_asked = true;
    break;
  case purpose::read_order:
    if (last_id_ % 2 == 0) { // Not by chance: what is drawn stays as it was.
      what.mutable_explain_entity()->set_kind("order");
      what.mutable_explain_entity()->set_key(actors::order_id_text(order_id(subject)));
    } else {
      what.mutable_get_order()->set_order_id(order_id(subject));
    }
    break;
  case purpose::read_stock:
    what.mutable_get_stock()->set_sku(skus_.at(subject).name);
    break;
  case purpose::read_account:
    what.mutable_get_account()->set_customer(customers_.at(subject).name);
    break;
  case purpose::list_orders:
    what.mutable_list_orders()->set_shard(static_cast<std::uint32_t>(subject));
    what.mutable_list_orders()->set_limit(500);
    what.mutable_list_orders()->set_newest_first(random_.percent(50));
    break;
  default:
    fill_setting(why, subject, what);
  }
  return send(why, subject, std::move(what));
}

void shop::fill_setting(purpose why, std::size_t subject, v1::request& what) {
  if (why == purpose::set_stock) {
    auto& each = skus_.at(subject);
    if (!each.in_doubt) {
      each.in_doubt.emplace();
      each.in_doubt->set_command_id(random_.bytes(16));
      each.in_doubt->set_sku(each.name);
      each.in_doubt->set_on_hand(random_.between(0, subject < 2 ? 15 : 60)); // The first two are scarce.
    }
    *what.mutable_set_stock() = *each.in_doubt;
  } else if (why == purpose::set_account) {
    auto& each = customers_.at(subject);
    if (!each.in_doubt) {
      each.in_doubt.emplace();
      each.in_doubt->set_command_id(random_.bytes(16));
      each.in_doubt->set_customer(each.name);
      each.in_doubt->set_currency("GBP");
      each.in_doubt->set_credit_limit_minor(random_.between(0, subject == 0 ? 3'000 : 30'000));
    }
    *what.mutable_set_account() = *each.in_doubt;
  } else if (why == purpose::list_quarantine) {
    what.mutable_list_quarantine()->set_shard(static_cast<std::uint32_t>(subject));
  } else if (why == purpose::resolve) {
    what.mutable_resolve_quarantine()->set_kind(quarantined_.at(subject).kind());
    what.mutable_resolve_quarantine()->set_key(quarantined_[subject].key());
    what.mutable_resolve_quarantine()->set_action(v1::resolve_quarantine::RETRY);
  } else {
    what.mutable_run_audit();
  }
}

v1::place_order shop::new_order(std::int64_t now_ms) {
  v1::place_order made;
  const bool guest = random_.percent(25);
  if (!guest)
    made.set_customer(random_.once_in(30) ? "stranger" : customers_[some(customers_.size())].name);
  made.set_order_id(actors::make_order_id(made.customer(), now_ms, random_.bits()));
  made.set_reference("reference " + std::to_string(orders_.size()));
  made.set_currency(random_.once_in(40) ? "EUR" : "GBP");
  made.set_payment_method(guest || random_.percent(35) ? v1::CARD : v1::ACCOUNT);
  made.set_allow_partial(random_.percent(30));
  add_lines(made);
  return made;
}

void shop::add_lines(v1::place_order& order) {
  const auto lines = random_.percent(50) ? 1 : random_.between(2, 6);
  for (std::int64_t i = 0; i < lines; ++i) {
    auto& line = *order.add_lines();
    // One SKU is hot; the same may come twice in an order.
    line.set_sku(random_.once_in(50) ? "unheard-of"
                                     : skus_[random_.percent(30) ? 0 : some(skus_.size())].name);
    line.set_quantity(random_.between(1, 4));
    line.set_unit_price_minor(random_.between(0, 500));
  }
}

std::optional<std::pair<purpose, std::size_t>> shop::first_unset() const {
  for (std::size_t i = 0; i < skus_.size(); ++i)
    if (!skus_[i].on_hand && !skus_[i].in_doubt)
      return std::pair{purpose::set_stock, i};
  for (std::size_t i = 0; i < customers_.size(); ++i)
    if (!customers_[i].limit_minor && !customers_[i].in_doubt)
      return std::pair{purpose::set_account, i};
  return std::nullopt;
}

bool shop::is_pending(purpose why, std::size_t subject) const {
  return std::any_of(pending_.begin(), pending_.end(), [&](const auto& each) {
    return each.second.why == why && each.second.subject == subject;
  });
}

shop_request shop::send(purpose why, std::size_t subject, v1::request what) {
  what.set_timeout_ms(options_.timeout_ms);
  ++last_id_;
  pending_[last_id_] = {last_id_, why, subject};
  happened_.count("request");
  return {last_id_, std::move(what)};
}

void shop::connection_lost() {
  happened_.count("request lost in a crash", pending_.size());
  pending_.clear();
}

void shop::connection_lost(const std::set<std::uint64_t>& requests) {
  happened_.count("request lost with its connection", requests.size());
  for (const auto id : requests)
    pending_.erase(id);
}

std::vector<std::pair<purpose, std::size_t>> shop::unknown() const {
  std::vector<std::pair<purpose, std::size_t>> all;
  for (std::size_t i = 0; i < orders_.size(); ++i)
    if (!orders_[i].outcome)
      all.emplace_back(purpose::place, i);
  for (std::size_t i = 0; i < skus_.size(); ++i)
    if (skus_[i].in_doubt)
      all.emplace_back(purpose::set_stock, i);
  for (std::size_t i = 0; i < customers_.size(); ++i)
    if (customers_[i].in_doubt)
      all.emplace_back(purpose::set_account, i);
  return all;
}

} // namespace orderd::simulation
