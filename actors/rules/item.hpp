// The rules of an inventory item: one SKU's units. Pure.
//
// *The rules*: reserved units are part of the units on hand; what is available is the difference. A
// reservation is refused, never queued. Every change keeps received = on hand + shipped - returned.
#pragma once

#include "actors/rules/commands.hpp"
#include "actors/rules/packed_sequence.hpp"
#include "actors/rules/recent_commands.hpp"
#include "actors/rules/types.hpp"

#include <cstdint>
#include <optional>
#include <variant>

namespace orderd::actors {

struct item_state {
  bool known = false; ///< it has had stock set at least once
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::int64_t received =
      0; ///< opening stock, every adjustment since, with its sign, and what orders brought
  std::int64_t shipped = 0;
  std::int64_t returned = 0;
  recent_commands recent;
  std::int64_t updated_at_ms = 0;

  std::int64_t available() const noexcept { return on_hand - reserved; }
  friend bool operator==(const item_state&, const item_state&) = default;
};

struct stock_was_set {
  command_id id;
  std::int64_t on_hand = 0;
};
struct units_reserved {
  std::int64_t quantity = 0;
  std::int64_t added = 0; ///< that came into stock first
};
struct units_released {
  std::int64_t quantity = 0;
};
using item_event = std::variant<stock_was_set, units_reserved, units_released>;

/// What an item decides: a rejection, or at most one event; for a reservation, also the answer.
struct item_decision {
  rejection_code rejected = rejection_code::none;
  std::optional<item_event> event;
  line_states lines;                          ///< of a reservation: of each line asked for
  reject_reason reason = reject_reason::none; ///< of its refused lines
  std::optional<std::int64_t> available = {}; ///< units there were for the first of them, when it has stock
};

/// Guards, in order: said before -> nothing; its id said with other content -> CONFLICT; below what is
/// reserved -> BELOW_RESERVED.
item_decision decide(const item_state& state, const set_stock& what);

/// First the units come into stock that the order brings, up to limits::quantity_max on hand. Guards, in
/// order: never had stock -> UNKNOWN_SKU; too few available -> INSUFFICIENT_STOCK.
item_decision decide(const item_state& state, const reserve& what);

/// No event: it never had stock. Throws `bug` when more is given back than is reserved.
item_decision decide(const item_state& state, const release& what);

void apply(item_state& state, const item_event& event, std::int64_t now_ms);

} // namespace orderd::actors
