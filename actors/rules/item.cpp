#include "actors/rules/item.hpp"

#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/result.hpp"

#include <algorithm>
#include <numeric>

namespace orderd::actors {

namespace {

/// Of `set_stock`: the units on hand as a `u64`. Stored with the command's id, so it never changes.
std::uint64_t content_hash(std::int64_t on_hand) {
  std::string bytes;
  runtime::append_integer(bytes, static_cast<std::uint64_t>(on_hand));
  return runtime::hash_bytes(bytes);
}

/// What of the units that an order brings fits into the stock.
std::int64_t added_by(const item_state& state, const reserve& what) noexcept {
  return std::clamp(limits::quantity_max - state.on_hand, std::int64_t{0}, what.added_units.value_or(0));
}

item_decision answer(const reserve& what, line_state all, reject_reason reason, units_reserved event) {
  item_decision decision{rejection_code::none, std::nullopt, {what.quantities.size(), all}, reason, {}};
  if (event.quantity > 0 || what.added_units)
    decision.event = event;
  return decision;
}

/// Line after line, each whole while the units last.
item_decision reserve_some(const reserve& what, std::int64_t available, std::int64_t added) {
  units_reserved event{0, added};
  auto decision = answer(what, line_state::refused, reject_reason::insufficient_stock, event);
  for (std::size_t i = 0; i < what.quantities.size(); ++i) {
    if (what.quantities[i] > available - event.quantity) {
      if (!decision.available)
        decision.available = available - event.quantity;
      continue;
    }
    event.quantity += what.quantities[i];
    decision.lines.set(i, line_state::reserved);
    decision.event = event;
  }
  return decision;
}

} // namespace

item_decision decide(const item_state& state, const set_stock& what) {
  const auto known = state.recent.recall(what.id, content_hash(what.on_hand));
  if (known == recent_commands::memory::same)
    return {};
  if (known == recent_commands::memory::other)
    return {rejection_code::conflict, std::nullopt, {}, reject_reason::none};
  if (what.on_hand < state.reserved)
    return {rejection_code::below_reserved, std::nullopt, {}, reject_reason::none};
  return {rejection_code::none, stock_was_set{what.id, what.on_hand}, {}, reject_reason::none};
}

item_decision decide(const item_state& state, const reserve& what) {
  const auto added = added_by(state, what);
  if (!state.known && !what.added_units)
    return answer(what, line_state::refused, reject_reason::unknown_sku, {});
  // Cannot overflow: limits::lines_per_order_max * limits::quantity_max.
  const auto sum = std::accumulate(what.quantities.begin(), what.quantities.end(), std::int64_t{0});
  const auto available = state.available() + added;
  if (sum <= available)
    return answer(what, line_state::reserved, reject_reason::none, {sum, added});
  if (what.partial)
    return reserve_some(what, available, added);
  auto refused = answer(what, line_state::refused, reject_reason::insufficient_stock, {0, added});
  refused.available = available;
  return refused;
}

item_decision decide(const item_state& state, const release& what) {
  // It never had stock, so nothing is reserved of it: its row was lost, and given up with all that it held.
  if (!state.known)
    return {};
  runtime::require(what.quantity <= state.reserved, "more is given back than is reserved");
  return {rejection_code::none, units_released{what.quantity}, {}, reject_reason::none};
}

void apply(item_state& state, const item_event& event, std::int64_t now_ms) {
  if (const auto* set = std::get_if<stock_was_set>(&event)) {
    state.known = true;
    state.received += set->on_hand - state.on_hand;
    state.on_hand = set->on_hand;
    state.recent.remember(set->id, content_hash(set->on_hand));
  } else if (const auto* taken = std::get_if<units_reserved>(&event)) {
    state.known = true;
    state.on_hand += taken->added;
    state.received += taken->added;
    state.reserved += taken->quantity;
  } else {
    state.reserved -= std::get<units_released>(event).quantity;
  }
  state.updated_at_ms = now_ms;
}

} // namespace orderd::actors
