#include "cluster/orderctl/ctl_values.hpp"

#include "actors/rules/currency.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_options.hpp"
#include "cluster/retail/decimal.hpp"
#include "config/limits.hpp"

#include <charconv>

namespace orderd::cluster {

CLI::Validator text_up_to(std::size_t bytes_max) {
  return {[bytes_max](std::string& text) -> std::string {
            if (text.empty() || text.size() > bytes_max)
              return "has to be of 1 to " + std::to_string(bytes_max) + " bytes";
            return actors::is_utf8(text) ? "" : "has to be UTF-8";
          },
          ""};
}

CLI::Validator new_text_up_to(std::size_t bytes_max) {
  return {[bytes_max](std::string& text) -> std::string {
            if (text.empty() || text.size() > bytes_max)
              return "has to be of 1 to " + std::to_string(bytes_max) + " bytes";
            const auto verdict = actors::check_text(text);
            return verdict.ok() ? "" : "has to be " + actors::text_rule(text, verdict);
          },
          ""};
}

CLI::Validator currency_code() {
  return {[](std::string& text) -> std::string {
            return actors::currency_places(text)
                       ? ""
                       : "'" + actors::shown(text) + "' is not " + actors::currency_limit(text);
          },
          ""};
}

CLI::Validator currency_form() {
  return {[](std::string& text) -> std::string {
            return actors::is_currency_form(text)
                       ? ""
                       : "'" + actors::shown(text) + "' is not " + actors::currency_limit(text);
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
  const auto minor = number ? as_units(*number, actors::places_shown(currency)) : std::nullopt;
  return minor && *minor >= 0 ? minor : std::nullopt;
}

std::int64_t amount_or_throw(const std::string& option, const std::string& text,
                             const std::string& currency) {
  const auto minor = parse_amount(text, currency);
  if (!minor)
    throw CLI::ValidationError(option, "'" + text + "' is no amount of " + currency + ": "
                                           + format_minor(12345, actors::places_shown(currency)) + " is one");
  return *minor;
}

std::variant<v1::order_line, std::string> parse_line(const std::string& text, const std::string& currency) {
  const auto wrong = [&text](const std::string& why) {
    return "'" + actors::shown(text) + "' is no line as SKU=QUANTITY@PRICE: " + why;
  };
  const auto at = text.rfind('@');
  const auto equals = at == std::string::npos ? at : text.rfind('=', at);
  if (equals == std::string::npos)
    return wrong("85123A=6@2.55 is one");
  v1::order_line line;
  line.set_sku(text.substr(0, equals));
  if (line.sku().empty() || line.sku().size() > limits::key_bytes_max)
    return wrong("a SKU is of 1 to " + std::to_string(limits::key_bytes_max) + " bytes");
  if (const auto verdict = actors::check_text(line.sku()); !verdict.ok())
    return wrong("the SKU has to be " + actors::text_rule(line.sku(), verdict));
  std::int64_t quantity = 0;
  const char* const end = text.data() + at;
  const auto read = std::from_chars(text.data() + equals + 1, end, quantity);
  if (read.ec != std::errc{} || read.ptr != end || quantity < 1 || quantity > limits::quantity_max)
    return wrong("the quantity has to be a whole number from 1 to " + std::to_string(limits::quantity_max));
  line.set_quantity(quantity);
  const auto price = parse_amount(text.substr(at + 1), currency);
  if (!price || *price > limits::unit_price_minor_max)
    return wrong("the price has to be an amount of " + currency + " from 0 to "
                 + format_minor(limits::unit_price_minor_max, actors::places_shown(currency)));
  line.set_unit_price_minor(*price);
  return line;
}

} // namespace orderd::cluster
