#include "cluster/retail_import.hpp"

#include "actors/order_id.hpp"
#include "cluster/utf8.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <numeric>
#include <set>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace orderd::cluster {

namespace {

constexpr unsigned pence_digits = 2;
constexpr std::string_view currency = "GBP";

enum column : std::size_t { invoice, stock_code, description, quantity, date, price, customer, country };

/// Digits only, of a fixed width: a part of a date.
std::optional<unsigned> parse_part(std::string_view text) noexcept {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

std::optional<row_fault> check_quantity(std::string_view text, std::int64_t& units) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), units);
  if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument)
    return row_fault::quantity_malformed;
  if (error == std::errc::result_out_of_range)
    return text.front() == '-' ? row_fault::quantity_below_one : row_fault::quantity_too_large;
  if (units < 1)
    return row_fault::quantity_below_one;
  if (units > limits::quantity_max)
    return row_fault::quantity_too_large;
  return std::nullopt;
}

std::optional<row_fault> check_price(std::string_view text, std::int64_t& pence) noexcept {
  const auto number = parse_decimal(text);
  if (!number)
    return row_fault::price_malformed;
  if (number->value <= 0)
    return row_fault::price_not_positive;
  if (number->places > pence_digits)
    return row_fault::price_not_whole_pence;
  const auto units = as_units(*number, pence_digits);
  if (!units || *units > limits::unit_price_minor_max)
    return row_fault::price_too_large;
  pence = *units;
  return std::nullopt;
}

std::optional<unplaced_reason> kind_of(std::string_view number) noexcept {
  if (number.starts_with('C'))
    return unplaced_reason::cancellation;
  if (number.starts_with('A'))
    return unplaced_reason::adjustment;
  return std::nullopt;
}

} // namespace

std::string_view to_string(row_fault why) noexcept {
  static constexpr std::array<std::string_view, row_faults> names{
      "malformed_csv",      "not_utf8",        "invoice_missing",    "invoice_too_long",
      "sku_missing",        "sku_too_long",    "quantity_malformed", "quantity_below_one",
      "quantity_too_large", "price_malformed", "price_not_positive", "price_not_whole_pence",
      "price_too_large",    "date_malformed",  "customer_too_long",  "customer_differs",
      "too_many_lines",     "total_too_large",
  };
  return names[static_cast<std::size_t>(why)];
}

std::string_view to_string(unplaced_reason why) noexcept {
  static constexpr std::array<std::string_view, unplaced_reasons> names{"cancellation", "adjustment",
                                                                        "no_acceptable_row"};
  return names[static_cast<std::size_t>(why)];
}

std::optional<row_fault> retail_book::add(std::span<const std::string_view> fields) {
  ++rows_;
  const auto fault = add_row(fields);
  if (fault)
    ++refused_[static_cast<std::size_t>(*fault)];
  return fault;
}

std::optional<row_fault> retail_book::add_row(std::span<const std::string_view> fields) {
  if (fields.size() != retail_columns)
    return row_fault::malformed_csv;
  if (!is_utf8(fields[invoice]) || !is_utf8(fields[stock_code]) || !is_utf8(fields[customer]))
    return row_fault::not_utf8;
  if (fields[invoice].empty())
    return row_fault::invoice_missing;
  if (fields[invoice].size() > limits::reference_bytes_max)
    return row_fault::invoice_too_long;
  auto& of = invoice_of(fields[invoice]);
  ++of.rows;
  if (kind_of(of.number))
    return std::nullopt;
  return add_line(of, fields);
}

std::optional<row_fault> retail_book::add_line(retail_invoice& of, std::span<const std::string_view> fields) {
  if (fields[stock_code].empty())
    return row_fault::sku_missing;
  if (fields[stock_code].size() > limits::key_bytes_max)
    return row_fault::sku_too_long;
  retail_line line;
  if (const auto fault = check_quantity(fields[quantity], line.quantity))
    return fault;
  if (const auto fault = check_price(fields[price], line.unit_price_minor))
    return fault;
  const auto placed_at_ms = parse_retail_date(fields[date]);
  if (!placed_at_ms)
    return row_fault::date_malformed;
  if (fields[customer].size() > limits::key_bytes_max)
    return row_fault::customer_too_long;
  if (!of.lines.empty() && of.customer != fields[customer])
    return row_fault::customer_differs;
  if (of.lines.size() == limits::lines_per_order_max)
    return row_fault::too_many_lines;
  std::int64_t amount = 0;
  if (__builtin_mul_overflow(line.quantity, line.unit_price_minor, &amount)
      || __builtin_add_overflow(of.total_minor, amount, &amount))
    return row_fault::total_too_large;

  if (of.lines.empty()) {
    of.customer = fields[customer];
    of.placed_at_ms = *placed_at_ms;
    of.unplaced.reset();
  }
  line.sku = sku_of(fields[stock_code]);
  skus_[line.sku].units += line.quantity;
  of.total_minor = amount;
  of.units += line.quantity;
  of.lines.push_back(line);
  return std::nullopt;
}

retail_invoice& retail_book::invoice_of(std::string_view number) {
  if (last_invoice_ < invoices_.size() && invoices_[last_invoice_].number == number)
    return invoices_[last_invoice_];
  auto found = invoice_index_.find(number);
  if (found == invoice_index_.end()) {
    found = invoice_index_.emplace(number, static_cast<std::uint32_t>(invoices_.size())).first;
    auto& added = invoices_.emplace_back();
    added.number = number;
    if (const auto kind = kind_of(number))
      added.unplaced = kind;
  }
  last_invoice_ = found->second;
  return invoices_[last_invoice_];
}

std::uint32_t retail_book::sku_of(std::string_view sku) {
  auto found = sku_index_.find(sku);
  if (found == sku_index_.end()) {
    found = sku_index_.emplace(sku, static_cast<std::uint32_t>(skus_.size())).first;
    skus_.push_back({std::string{sku}, 0});
  }
  return found->second;
}

std::vector<std::uint32_t> retail_book::placeable() const {
  std::vector<std::uint32_t> orders;
  for (std::uint32_t i = 0; i < invoices_.size(); ++i) {
    if (!invoices_[i].unplaced)
      orders.push_back(i);
  }
  return orders;
}

std::vector<std::string> retail_book::customers() const {
  std::set<std::string_view> sorted;
  for (const auto& invoice : invoices_) {
    if (!invoice.unplaced && !invoice.customer.empty())
      sorted.insert(invoice.customer);
  }
  return {sorted.begin(), sorted.end()};
}

std::int64_t retail_book::account_total_minor() const noexcept {
  std::int64_t total = 0;
  for (const auto& invoice : invoices_) {
    if (!invoice.unplaced && !invoice.customer.empty()
        && __builtin_add_overflow(total, invoice.total_minor, &total))
      return std::numeric_limits<std::int64_t>::max();
  }
  return total;
}

std::uint64_t retail_book::refused_rows() const noexcept {
  return std::accumulate(refused_.begin(), refused_.end(), std::uint64_t{0});
}

std::uint64_t retail_book::unplaced(unplaced_reason why) const noexcept {
  return static_cast<std::uint64_t>(std::count_if(
      invoices_.begin(), invoices_.end(), [why](const retail_invoice& of) { return of.unplaced == why; }));
}

void retail_book::fill(const retail_invoice& of, v1::place_order& into) const {
  into.set_order_id(retail_order_id(of.number, of.customer, of.placed_at_ms));
  into.set_reference(of.number);
  into.set_customer(of.customer);
  into.set_currency(std::string{currency});
  into.set_payment_method(of.customer.empty() ? v1::CARD : v1::ACCOUNT);
  into.mutable_lines()->Reserve(static_cast<int>(of.lines.size()));
  for (const auto& line : of.lines) {
    auto& added = *into.add_lines();
    added.set_sku(skus_[line.sku].sku);
    added.set_quantity(line.quantity);
    added.set_unit_price_minor(line.unit_price_minor);
  }
}

std::optional<std::int64_t> parse_retail_date(std::string_view text) noexcept {
  namespace chrono = std::chrono;
  if (text.size() != 19 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':'
      || text[16] != ':')
    return std::nullopt;
  const auto year = parse_part(text.substr(0, 4));
  const auto month = parse_part(text.substr(5, 2));
  const auto day = parse_part(text.substr(8, 2));
  const auto hour = parse_part(text.substr(11, 2));
  const auto minute = parse_part(text.substr(14, 2));
  const auto second = parse_part(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second)
    return std::nullopt;
  const chrono::year_month_day on{chrono::year{static_cast<int>(*year)}, chrono::month{*month},
                                  chrono::day{*day}};
  if (!on.ok() || *year < 1970 || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  const auto at =
      chrono::sys_days{on} + chrono::hours{*hour} + chrono::minutes{*minute} + chrono::seconds{*second};
  return chrono::duration_cast<chrono::milliseconds>(at.time_since_epoch()).count();
}

std::string retail_order_id(std::string_view number, std::string_view customer, std::int64_t placed_at_ms) {
  return actors::make_order_id(customer, placed_at_ms, XXH3_64bits(number.data(), number.size()));
}

} // namespace orderd::cluster
