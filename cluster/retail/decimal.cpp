#include "cluster/retail/decimal.hpp"

namespace orderd::cluster {

namespace {

constexpr unsigned digits_max = 18; // every such number fits in 63 bits

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::int64_t power_of_ten(unsigned exponent) noexcept {
  std::int64_t result = 1;
  while (exponent-- > 0)
    result *= 10;
  return result;
}

/// Reads digits from the front of `text` into `value`; returns how many there were.
unsigned take_digits(std::string_view& text, std::int64_t& value) noexcept {
  unsigned taken = 0;
  while (!text.empty() && is_digit(text.front()) && taken <= digits_max) {
    if (taken < digits_max)
      value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++taken;
  }
  return taken;
}

} // namespace

std::optional<decimal> parse_decimal(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  if (negative)
    text.remove_prefix(1);
  std::int64_t value = 0;
  const unsigned whole = take_digits(text, value);
  if (whole == 0 || whole > digits_max)
    return std::nullopt;
  unsigned places = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    while (!text.empty() && text.back() == '0' && text.size() > 1)
      text.remove_suffix(1);
    const auto fraction_digits = text.size();
    if (fraction_digits == 0 || whole + fraction_digits > digits_max)
      return std::nullopt;
    places = take_digits(text, value);
  }
  if (!text.empty())
    return std::nullopt;
  if (places == 1 && value % 10 == 0) { // "2.0": the one zero that the trimming above leaves
    value /= 10;
    places = 0;
  }
  return decimal{negative ? -value : value, places};
}

std::optional<std::int64_t> as_units(decimal number, unsigned places) noexcept {
  if (number.places > places || places > digits_max)
    return std::nullopt;
  std::int64_t units = 0;
  if (__builtin_mul_overflow(number.value, power_of_ten(places - number.places), &units))
    return std::nullopt;
  return units;
}

std::optional<std::int64_t> floor_times(decimal factor, std::int64_t count) noexcept {
  if (factor.value < 0 || count < 0)
    return std::nullopt;
  // value * count may not fit where the quotient does, so the count is split at the divisor.
  const auto divisor = power_of_ten(factor.places);
  std::int64_t whole = 0;
  std::int64_t rest = 0;
  std::int64_t sum = 0;
  if (__builtin_mul_overflow(factor.value, count / divisor, &whole)
      || __builtin_mul_overflow(factor.value, count % divisor, &rest)
      || __builtin_add_overflow(whole, rest / divisor, &sum))
    return std::nullopt;
  return sum;
}

} // namespace orderd::cluster
