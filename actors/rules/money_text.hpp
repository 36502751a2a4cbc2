// Money as people read it.
//
// Everything here is pure; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::actors {

/// Minor units as a decimal: 1234 with 2 digits is "12.34", -5 is "-0.05".
std::string format_minor(std::int64_t minor, unsigned digits);

/// The same, of minor units in decimal digits, as sums wider than 64 bits are sent.
std::string format_minor(std::string minor, unsigned digits);

/// "12.34 GBP", with the places of currency.hpp.
std::string format_money(std::int64_t minor, std::string_view currency);
std::string format_money(std::string minor, std::string_view currency);

} // namespace orderd::actors
