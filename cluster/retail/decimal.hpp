// Decimal numbers as people write them, exactly: no floating point ever touches money.
//
// Everything here is pure; safe from any thread.
#pragma once

#include "actors/rules/money_text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// The number value / 10^places, without trailing zeros after the point: 2.10 is {21, 1}.
struct decimal {
  std::int64_t value = 0;
  unsigned places = 0;

  friend bool operator==(const decimal&, const decimal&) = default;
};

/// Reads `-?digits[.digits]`, at most 18 digits. Anything else, also " 1", "1.", ".5", "1e3" or "1,000",
/// is none.
std::optional<decimal> parse_decimal(std::string_view text) noexcept;

/// The number as a whole count of 10^-places; none when it is not whole or does not fit.
std::optional<std::int64_t> as_units(decimal number, unsigned places) noexcept;

/// floor(factor * count) for a factor and a count of at least 0; none when it does not fit.
std::optional<std::int64_t> floor_times(decimal factor, std::int64_t count) noexcept;

// The way back, from amounts to text.
using actors::format_minor;
using actors::format_money;

} // namespace orderd::cluster
