#include "actors/rules/money_text.hpp"

#include "actors/rules/currency.hpp"

#include <utility>

namespace orderd::actors {

std::string format_minor(std::int64_t minor, unsigned digits) {
  return format_minor(std::to_string(minor), digits);
}

std::string format_minor(std::string minor, unsigned digits) {
  const std::size_t sign = minor.starts_with('-') ? 1 : 0;
  if (digits > 0) {
    if (minor.size() - sign <= digits)
      minor.insert(sign, digits + 1 - (minor.size() - sign), '0');
    minor.insert(minor.size() - digits, 1, '.');
  }
  return minor;
}

std::string format_money(std::int64_t minor, std::string_view currency) {
  return format_money(std::to_string(minor), currency);
}

std::string format_money(std::string minor, std::string_view currency) {
  auto text = format_minor(std::move(minor), places_shown(currency));
  text += ' ';
  text += currency;
  return text;
}

} // namespace orderd::actors
