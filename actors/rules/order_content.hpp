// What an order is about: written once when it is placed, never changed.
#pragma once

#include "actors/rules/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::actors {

struct order_line {
  std::string sku;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
  std::optional<std::int64_t> added_units = {}; ///< that the order brings into stock, once

  /// Lines of one SKU form a group that is reserved by one command: the next of the same SKU, or
  /// `order_content::no_line`. Set by `order_content::group_lines`.
  std::uint16_t next_of_sku = 0xffff;
  bool first_of_sku = true;
};

struct order_content {
  static constexpr std::uint16_t no_line = 0xffff;

  std::string reference;
  std::string customer; ///< empty: a guest
  currency_code currency;
  payment_method method = payment_method::none;
  bool allow_partial = false;
  std::vector<order_line> lines;
  std::int64_t placed_at_ms = 0;
  std::int64_t added_credit_minor = 0; ///< that the order adds to the limit of the account that pays, once
  trace_key trace;                     ///< of the trace that the placement was a part of; not set: of none

  /// Finds the lines of one SKU. To be called once, when all lines are there.
  void group_lines();

  /// The sum over all lines, or nothing when it does not fit an int64 (never for a valid order).
  std::optional<std::int64_t> total_minor() const;

  /// Hash of everything the client said of the order, and so not of what it brings with it (units, credit)
  /// or of where it came from (trace): the same id with another digest is a conflict. Stored, so its layout
  /// never changes: reference, customer, currency (3 bytes), method and allow_partial (a byte each), then
  /// sku, quantity, unit price of each line. A text is its `u64` length and its bytes, a number a `u64`.
  std::uint64_t digest() const;
};

} // namespace orderd::actors
