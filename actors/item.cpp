#include "actors/item.hpp"

#include "runtime/bytes.hpp"
#include "runtime/result.hpp"

#include <numeric>

namespace orderd::actors {

namespace {

constexpr char reserved_byte = static_cast<char>(line_state::reserved);
constexpr char refused_byte = static_cast<char>(line_state::refused);

/// Of `set_stock`: the units on hand as a `u64`. Stored with the command's id, so it never changes.
std::uint64_t content_hash(std::int64_t on_hand) {
  std::string bytes;
  runtime::append_integer(bytes, static_cast<std::uint64_t>(on_hand));
  return runtime::hash_bytes(bytes);
}

item_decision refuse_all(const reserve& what, reject_reason reason) {
  return {rejection_code::none, std::nullopt, std::string(what.quantities.size(), refused_byte), reason};
}

item_decision reserve_all(const reserve& what, std::int64_t sum) {
  return {rejection_code::none, units_reserved{sum}, std::string(what.quantities.size(), reserved_byte),
          reject_reason::none};
}

/// Line after line, each whole while the units last.
item_decision reserve_some(const item_state& state, const reserve& what) {
  auto decision = refuse_all(what, reject_reason::insufficient_stock);
  std::int64_t taken = 0;
  for (std::size_t i = 0; i < what.quantities.size(); ++i) {
    if (what.quantities[i] > state.available() - taken)
      continue;
    taken += what.quantities[i];
    decision.lines[i] = reserved_byte;
  }
  if (taken > 0)
    decision.event = units_reserved{taken};
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
  if (!state.known)
    return refuse_all(what, reject_reason::unknown_sku);
  // Cannot overflow: limits::lines_per_order_max * limits::quantity_max.
  const auto sum = std::accumulate(what.quantities.begin(), what.quantities.end(), std::int64_t{0});
  if (sum <= state.available())
    return reserve_all(what, sum);
  return what.partial ? reserve_some(state, what) : refuse_all(what, reject_reason::insufficient_stock);
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
    state.reserved += taken->quantity;
  } else {
    state.reserved -= std::get<units_released>(event).quantity;
  }
  state.updated_at_ms = now_ms;
}

} // namespace orderd::actors
