#include "cluster/ctl_values.hpp"

#include "actors/order_id.hpp"
#include "cluster/decimal.hpp"
#include "cluster/utf8.hpp"

#include <algorithm>

namespace orderd::cluster {

CLI::Validator text_up_to(std::size_t bytes_max) {
  return {[bytes_max](std::string& text) -> std::string {
            if (text.empty() || text.size() > bytes_max)
              return "has to be of 1 to " + std::to_string(bytes_max) + " bytes";
            return is_utf8(text) ? "" : "has to be UTF-8";
          },
          ""};
}

CLI::Validator currency_code() {
  return {[](std::string& text) -> std::string {
            const bool code = text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) {
                                return c >= 'A' && c <= 'Z';
                              });
            return code ? "" : "'" + text + "' is no currency: three capital letters, as GBP";
          },
          ""};
}

CLI::Validator order_id() {
  return {[](std::string& text) -> std::string {
            auto id = actors::parse_order_id(text);
            if (id.empty())
              return "'" + text + "' is no order id: 01890a5d-ac96-774b-bcce-b302099a8057 is one";
            text = std::move(id);
            return {};
          },
          ""};
}

std::optional<std::int64_t> parse_amount(const std::string& text, const std::string& currency) {
  const auto number = parse_decimal(text);
  const auto minor = number ? as_units(*number, minor_digits(currency)) : std::nullopt;
  return minor && *minor >= 0 ? minor : std::nullopt;
}

std::int64_t amount_or_throw(const std::string& option, const std::string& text,
                             const std::string& currency) {
  const auto minor = parse_amount(text, currency);
  if (!minor)
    throw CLI::ValidationError(option, "'" + text + "' is no amount of " + currency + ": "
                                           + format_minor(12345, minor_digits(currency)) + " is one");
  return *minor;
}

} // namespace orderd::cluster
