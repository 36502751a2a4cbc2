// The values on the command line of orderctl: what they have to be, and what is said when they are not.
//
// A validator of CLI11 gives the sentence that is printed. *Concurrency*: any thread.
#pragma once

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace orderd::cluster {

/// A text that can be sent: UTF-8, not empty, within a limit.
CLI::Validator text_up_to(std::size_t bytes_max);
/// The same, of a text that is to be stored: by the rule of actors/text.hpp too.
CLI::Validator new_text_up_to(std::size_t bytes_max);

CLI::Validator currency_code();

/// An order id as text, turned into its bytes.
CLI::Validator order_id();

/// The minor units of a decimal from 0 on; none when it is no amount of that currency.
std::optional<std::int64_t> parse_amount(const std::string& text, const std::string& currency);

/// The same, of an option. Throws CLI::ValidationError, for CLI11 to print.
std::int64_t amount_or_throw(const std::string& option, const std::string& text, const std::string& currency);

/// The name of an enumerator, turned into its number as CLI11 reads it.
template <class Enum>
CLI::Validator one_of(std::map<std::string, Enum> names) {
  return {[names = std::move(names)](std::string& text) -> std::string {
            if (const auto found = names.find(text); found != names.end()) {
              text = std::to_string(static_cast<int>(found->second));
              return {};
            }
            std::string known;
            for (const auto& [name, value] : names)
              known += (known.empty() ? "" : ", ") + name;
            return "'" + text + "' is none of " + known;
          },
          ""};
}

} // namespace orderd::cluster
