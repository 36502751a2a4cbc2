// The values on the command line of orderctl: what they have to be, and what is said when they are not.
//
// A validator of CLI11 gives the sentence that is printed. *Concurrency*: any thread.
#pragma once

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace orderd::cluster {

/// A text that can be sent: UTF-8, not empty, within a limit.
CLI::Validator text_up_to(std::size_t bytes_max);
/// The same, of a text that is to be stored: by the rule of actors/rules/text.hpp too.
CLI::Validator new_text_up_to(std::size_t bytes_max);

CLI::Validator currency_code();
CLI::Validator currency_form(); ///< three capital letters, of what there may be already

/// An order id as text, turned into its bytes.
CLI::Validator order_id();

/// The minor units of a decimal from 0 on; none when it is no amount of that currency.
std::optional<std::int64_t> parse_amount(const std::string& text, const std::string& currency);

/// The same, of an option. Throws CLI::ValidationError, for CLI11 to print.
std::int64_t amount_or_throw(const std::string& option, const std::string& text, const std::string& currency);

} // namespace orderd::cluster
