// Orders and what they have to do with, as shards say it, for tests of explanations.
//
//   auto order = order_in(v1::AUTHORIZING, v1::CARD, {0, 1, 8});       // times of its statuses, after 1'000
//   auto card = known("card", order.key());
#pragma once

#include "actors/public/public.pb.h"
#include "actors/rules/order_id.hpp"
#include "cluster/json/json_forms.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster::test {

inline constexpr std::int64_t placed_at = 1'800'000'000'000;

inline v1::entity_explanation known(const std::string& kind, const std::string& key,
                                    std::uint32_t shard = 0) {
  v1::entity_explanation what;
  what.set_kind(kind);
  what.set_key(key);
  what.set_exists(true);
  what.set_shard(shard);
  what.set_now_ms(placed_at + 20);
  return what;
}

/// The statuses of a life, up to the last.
inline std::vector<v1::order_status> way_to(v1::order_status status) {
  using enum v1::order_status;
  switch (status) {
  case RESERVING:
    return {PLACED, RESERVING};
  case AUTHORIZING:
    return {PLACED, RESERVING, AUTHORIZING};
  case CONFIRMED:
    return {PLACED, RESERVING, AUTHORIZING, CONFIRMED};
  case REJECTING:
    return {PLACED, RESERVING, REJECTING};
  case REJECTED:
    return {PLACED, RESERVING, REJECTING, REJECTED};
  case CANCELLING:
    return {PLACED, RESERVING, CANCELLING};
  case CANCELLED:
    return {PLACED, RESERVING, CANCELLING, CANCELLED};
  default:
    return {PLACED};
  }
}

/// An order of two lines, tea and jam, of ann; each status began 4 ms after the one before. `lines`: the
/// state of each. It is asked about 20 ms after it was placed.
inline v1::entity_explanation order_in(v1::order_status status, v1::payment_method method,
                                       const std::string& lines) {
  const auto id = actors::make_order_id("ann", placed_at, 7);
  auto what = known("order", actors::order_id_text(id));
  what.set_line_states(lines);
  auto& order = *what.mutable_order();
  order.set_order_id(id);
  order.set_customer("ann");
  order.set_currency("GBP");
  order.set_total_minor(500);
  order.set_status(status);
  order.mutable_payment()->set_method(method);
  for (const char* sku : {"tea", "jam"}) {
    order.add_lines()->set_sku(sku);
    order.mutable_lines()->rbegin()->set_quantity(2);
  }
  order.set_placed_at_ms(placed_at);
  auto at = placed_at;
  for (const auto each : way_to(status)) {
    order.add_history(each);
    order.add_history_at_ms(at);
    at += 4;
  }
  order.set_updated_at_ms(at - 4);
  return what;
}

inline v1::entity_explanation card_in(const v1::entity_explanation& order, const std::string& state) {
  auto what = known("card", order.key());
  auto& card = *what.mutable_card();
  card.set_state(state);
  card.set_amount_minor(500);
  card.set_currency("GBP");
  card.set_attempts(3);
  card.set_updated_at_ms(placed_at + 10);
  return what;
}

inline v1::entity_explanation but_quarantined(v1::entity_explanation what, const std::string& command) {
  auto& trouble = *what.mutable_trouble();
  trouble.set_quarantined(true);
  trouble.set_command(command);
  trouble.set_error("no such page");
  trouble.set_failures(4);
  trouble.set_since_ms(placed_at + 6);
  trouble.set_parked(2);
  return what;
}

inline v1::entity_explanation but_failing(v1::entity_explanation what, const std::string& command) {
  what = but_quarantined(std::move(what), command);
  what.mutable_trouble()->set_quarantined(false);
  what.mutable_trouble()->set_retry_at_ms(placed_at + 120);
  return what;
}

using v1::ACCOUNT;
using v1::CARD;
using known_of = v1::entity_explanation;

// States of the two lines.
inline const std::string asked("\0\0", 2);
inline const std::string half("\1\0", 2);
inline const std::string held("\1\1", 2);
inline const std::string giving("\3\4", 2);
inline const std::string given("\4\4", 2);

inline known_of with(known_of order, const std::function<void(v1::order&)>& change) {
  change(*order.mutable_order());
  return order;
}
inline known_of paying(known_of order, v1::payment_state state) {
  return with(std::move(order), [state](v1::order& of) { of.mutable_payment()->set_state(state); });
}
inline known_of later(known_of order, std::int64_t ms) {
  order.set_now_ms(order.now_ms() + ms);
  return order;
}
inline known_of with_timer(known_of what, const char* command, std::int64_t after_ms) {
  auto& timer = *what.add_timers();
  timer.set_command(command);
  timer.set_due_at_ms(placed_at + after_ms);
  return what;
}

inline known_of reserving(const std::string& lines = asked) {
  return with_timer(order_in(v1::RESERVING, ACCOUNT, lines), "expire_order", 30'000);
}
inline known_of by_card(v1::payment_state state) {
  return with_timer(paying(order_in(v1::AUTHORIZING, CARD, held), state), "expire_order", 30'000);
}
inline known_of by_account() {
  return paying(order_in(v1::AUTHORIZING, ACCOUNT, held), v1::PAYMENT_REQUESTED);
}
inline known_of cancelling(v1::payment_method method, const std::string& lines, v1::payment_state state) {
  return paying(order_in(v1::CANCELLING, method, lines), state);
}
inline known_of rejecting(const std::string& lines) {
  return with(order_in(v1::REJECTING, ACCOUNT, lines),
              [](v1::order& of) { of.set_reason(v1::INSUFFICIENT_STOCK); });
}
inline std::vector<known_of> both_skus() {
  return {known("item", "tea"), known("item", "jam", 3)};
}

/// What a person can do, with blanks between.
inline std::string actions_of(const json& explained) {
  std::string all;
  for (const auto& each : explained["you_can"])
    all += (all.empty() ? "" : " ") + each["action"].get<std::string>();
  return all;
}

} // namespace orderd::cluster::test
