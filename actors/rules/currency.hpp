// ISO 4217: the currencies that an order or an account may be in, and the places of their amounts.
//
// *The table*: the codes of list one of ISO 4217 that have a minor unit, funds codes as CLF and UYW among
// them. Source: lists one and three of the maintenance agency (SIX), as in data/codes-all.csv of
// github.com/datasets/currency-codes of 2026-02-01; all 178 codes and their minor units were compared by a
// program. The 13 codes without a minor unit are left out, since no amount of them has a smallest unit: the
// metals XAU, XAG, XPT and XPD, the units XBA to XBD, XDR, XSU and XUA, the test code XTS, and the code of no
// currency at all.
//
// *Limitations*: only what is new has to be of the table. Orders and accounts of earlier versions may be in
// any three capital letters; they go on, are shown with two places, and who repeats the command that made
// them gets its answer again. So decoding looks at the form alone, and order and account at the table.
//
// *Concurrency*: any thread; nothing but `currency_limit` allocates.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orderd::actors {

/// Digits after the point of amounts in this currency: 0 of JPY, 2 of GBP, 3 of KWD, 4 of CLF. None: no code
/// of the table; small letters are another code.
std::optional<unsigned> currency_places(std::string_view code) noexcept;

/// Three capital letters.
bool is_currency_form(std::string_view code) noexcept;

/// The places, for what is stored already: 2 for a code that is not of the table.
unsigned places_shown(std::string_view code) noexcept;

/// What a currency has to be, for whoever named another one.
inline constexpr const char* currency_rule = "a current currency code of ISO 4217 in capital letters, as GBP";

/// The same, with the reason of a code that might be taken for one: a metal, one that was withdrawn.
std::string currency_limit(std::string_view code);

} // namespace orderd::actors
