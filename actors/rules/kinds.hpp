// The kinds of entities of the business.
#pragma once

#include <cstdint>
#include <string_view>

namespace orderd::actors {

/// Stored and sent; never change. Orders come last on purpose: their keys are time-ordered, and the last
/// rows of a table are appended to.
enum class kind : std::uint8_t {
  item = 1,    ///< an inventory item; key: SKU
  account = 2, ///< a payment account; key: customer
  card = 3,    ///< the card payment of one order; key: order id
  order = 4,   ///< an order; key: order id
};

/// The name of a kind: "order"; "unknown" for no kind.
constexpr std::string_view kind_name(kind which) noexcept {
  switch (which) {
  case kind::item:
    return "item";
  case kind::account:
    return "account";
  case kind::card:
    return "card";
  case kind::order:
    return "order";
  }
  return "unknown";
}

/// Whether entities of a kind have an order's id for a key; the others have text.
constexpr bool is_keyed_by_order(kind which) noexcept {
  return which == kind::order || which == kind::card;
}

} // namespace orderd::actors
