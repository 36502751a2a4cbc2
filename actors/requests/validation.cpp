#include "actors/requests/validation.hpp"

#include "actors/public/replies.hpp"
#include "actors/rules/currency.hpp"
#include "actors/rules/money.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/rules/text.hpp"
#include "actors/rules/types.hpp"
#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace orderd::actors {

namespace {

std::string range(std::int64_t low, std::int64_t high) {
  return std::to_string(low) + " to " + std::to_string(high);
}

/// The start of a binary field as text, so that the refusal can be read.
std::string hex_of(std::string_view bytes) {
  return runtime::to_hex(bytes.substr(0, 32));
}

/// A card has no limit that could rise.
std::int64_t added_credit_max(v1::payment_method method) noexcept {
  return method == v1::ACCOUNT ? std::numeric_limits<std::int64_t>::max() : 0;
}

bool total_fits(const v1::place_order& order) {
  std::optional<std::int64_t> sum = 0;
  for (const auto& line : order.lines()) {
    sum = checked_add_line(*sum, line.quantity(), line.unit_price_minor());
    if (!sum)
      return false;
  }
  return true;
}

} // namespace

bool field_checks::refuse(std::string field, std::string_view value, std::string limit) {
  refusal_ = {invalid_field_body(std::move(field), value, std::move(limit))};
  return false;
}

bool field_checks::order_id(const char* field, std::string_view value) {
  return is_order_id(value) || refuse(field, hex_of(value), "a UUIDv7 of 16 bytes");
}

bool field_checks::command_id(const char* field, std::string_view value) {
  return value.size() == actors::command_id::size || refuse(field, hex_of(value), "16 bytes");
}

bool field_checks::key(const char* field, std::string_view value) {
  return (!value.empty() && value.size() <= limits::key_bytes_max)
         || refuse(field, value, "1 to " + std::to_string(limits::key_bytes_max) + " bytes");
}

bool field_checks::text(const char* field, std::string_view value, std::size_t bytes_max) {
  return value.size() <= bytes_max || refuse(field, value, "at most " + std::to_string(bytes_max) + " bytes");
}

bool field_checks::by_rule(const char* field, std::string_view value) {
  const auto verdict = check_text(value);
  return verdict.ok() || refuse(field, value, text_rule(value, verdict));
}

bool field_checks::new_key(const char* field, std::string_view value) {
  return key(field, value) && by_rule(field, value);
}

bool field_checks::new_text(const char* field, std::string_view value, std::size_t bytes_max) {
  return text(field, value, bytes_max) && by_rule(field, value);
}

bool field_checks::currency(const char* field, std::string_view value) {
  return is_currency_form(value) || refuse(field, value, currency_limit(value));
}

bool field_checks::trace_id(const char* field, std::string_view value) {
  const bool is_one = value.empty() || (value.size() == trace_key::size && trace_key{value}.is_set());
  return is_one || refuse(field, hex_of(value), "16 bytes, not all 0, or none");
}

bool field_checks::number(const char* field, std::int64_t value, std::int64_t low, std::int64_t high) {
  return (value >= low && value <= high) || refuse(field, std::to_string(value), range(low, high));
}

bool field_checks::rule(bool holds, const char* field, std::string_view value, const char* limit) {
  return holds || refuse(field, value, limit);
}

bool field_checks::line(int at, const v1::order_line& line) {
  const auto name = [at](const char* field) { return "lines[" + std::to_string(at) + "]." + field; };
  if (line.sku().empty() || line.sku().size() > limits::key_bytes_max)
    return refuse(name("sku"), line.sku(), "1 to " + std::to_string(limits::key_bytes_max) + " bytes");
  if (const auto verdict = check_text(line.sku()); !verdict.ok())
    return refuse(name("sku"), line.sku(), text_rule(line.sku(), verdict));
  if (line.quantity() < 1 || line.quantity() > limits::quantity_max)
    return refuse(name("quantity"), std::to_string(line.quantity()), range(1, limits::quantity_max));
  if (line.unit_price_minor() < 0 || line.unit_price_minor() > limits::unit_price_minor_max)
    return refuse(name("unit_price_minor"), std::to_string(line.unit_price_minor()),
                  range(0, limits::unit_price_minor_max));
  if (line.added_units() < 0 || line.added_units() > limits::quantity_max)
    return refuse(name("added_units"), std::to_string(line.added_units()), range(0, limits::quantity_max));
  return true;
}

bool field_checks::placement(const v1::place_order& order) {
  const auto method = order.payment_method();
  const bool head = order_id("order_id", order.order_id())
                    && new_text("reference", order.reference(), limits::reference_bytes_max)
                    && new_text("customer", order.customer(), limits::key_bytes_max)
                    && currency("currency", order.currency())
                    && rule(method == v1::ACCOUNT || method == v1::CARD, "payment_method",
                            std::to_string(static_cast<int>(method)), "ACCOUNT or CARD")
                    && rule(method == v1::CARD || !order.customer().empty(), "payment_method", "ACCOUNT",
                            "CARD for a guest")
                    && number("added_credit_minor", order.added_credit_minor(), 0, added_credit_max(method))
                    && trace_id("trace_id", order.trace_id())
                    && number("lines", order.lines_size(), 1, limits::lines_per_order_max);
  if (!head)
    return false;
  for (int i = 0; i < order.lines_size(); ++i)
    if (!line(i, order.lines(i)))
      return false;
  return total_fits(order)
         || refuse("lines", "the total of all lines", "at most 9223372036854775807 minor units in total");
}

} // namespace orderd::actors
