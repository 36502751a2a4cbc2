// Sums of money and units that say when they do not fit, instead of wrapping around.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace orderd::actors {

/// a + b, or nothing when it does not fit an int64.
constexpr std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum))
    return std::nullopt;
  return sum;
}

/// a * b, or nothing when it does not fit an int64.
constexpr std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    return std::nullopt;
  return product;
}

/// sum + quantity * price, or nothing when a step does not fit an int64.
constexpr std::optional<std::int64_t> checked_add_line(std::int64_t sum, std::int64_t quantity,
                                                       std::int64_t unit_price_minor) noexcept {
  const auto product = checked_multiply(quantity, unit_price_minor);
  return product ? checked_add(sum, *product) : std::nullopt;
}

/// A sum of any number of int64 that a node can hold: it cannot overflow.
__extension__ typedef __int128 wide_sum;

/// The sum in decimal digits.
std::string to_text(wide_sum sum);

} // namespace orderd::actors
