#include "cluster/retail/retail_import.hpp"

#include "actors/rules/order_id.hpp"
#include "actors/rules/text.hpp"
#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr unsigned pence_digits = 2;
constexpr std::int64_t pence_of_a_pound = 100;
constexpr std::string_view currency = "GBP";

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

/// The whole numbers of a time as Unix milliseconds; none when there is no such time from 1970 on.
std::optional<std::int64_t> time_of(const std::array<std::optional<unsigned>, 6>& parts) noexcept {
  namespace chrono = std::chrono;
  const auto& [year, month, day, hour, minute, second] = parts;
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

/// "2009-12-01 07:45:00".
std::optional<std::int64_t> parse_iso_date(std::string_view text) noexcept {
  if (text.size() != 19 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':'
      || text[16] != ':')
    return std::nullopt;
  return time_of({parse_part(text.substr(0, 4)), parse_part(text.substr(5, 2)), parse_part(text.substr(8, 2)),
                  parse_part(text.substr(11, 2)), parse_part(text.substr(14, 2)),
                  parse_part(text.substr(17, 2))});
}

/// "12/1/2009 7:45": one or two digits each, four of the year.
std::optional<std::int64_t> parse_month_first_date(std::string_view text) noexcept {
  static constexpr std::string_view ends = "// :";
  std::array<std::optional<unsigned>, 5> part; // month, day, year, hour, minute
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto end = i < ends.size() ? text.find(ends[i]) : text.size();
    const std::size_t digits_max = i == 2 ? 4 : 2;
    if (end == std::string_view::npos || end == 0 || end > digits_max || (i == 2 && end != digits_max))
      return std::nullopt;
    part[i] = parse_part(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return time_of({part[2], part[0], part[1], part[3], part[4], 0U});
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
  if (floor_times(*number, pence_of_a_pound) == 0)
    return row_fault::price_below_one_penny;
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

std::string_view to_string(unplaced_reason why) noexcept {
  static constexpr std::array<std::string_view, unplaced_reasons> names{"cancellation", "adjustment",
                                                                        "no_acceptable_row", "held_back"};
  return names[static_cast<std::size_t>(why)];
}

namespace {

/// Why a key cannot be taken.
std::optional<row_fault> check_key(std::string_view text) {
  const auto verdict = actors::check_text(text);
  if (verdict.ok())
    return std::nullopt;
  return verdict.why == actors::text_fault::not_utf8 ? row_fault::not_utf8 : row_fault::text_refused;
}

} // namespace

std::optional<row_fault> retail_book::add(const retail_row& row) {
  ++rows_;
  std::optional<std::uint32_t> of;
  const auto fault = add_row(row, of);
  if (fault)
    ++refused_[static_cast<std::size_t>(*fault)];
  if (fault && !is_no_sale(*fault))
    note_unreadable(*fault, of);
  return fault;
}

row_fault retail_book::add_malformed(std::string_view invoice) {
  ++rows_;
  ++refused_[static_cast<std::size_t>(row_fault::malformed_csv)];
  std::optional<std::uint32_t> of;
  if (!invoice.empty() && invoice.size() <= limits::reference_bytes_max && !check_key(invoice)) {
    of = invoice_of(invoice);
    ++invoices_[*of].rows;
  }
  note_unreadable(row_fault::malformed_csv, of);
  return row_fault::malformed_csv;
}

void retail_book::blame(retail_invoice& invoice, row_fault why) {
  ++invoice.unreadable;
  if (!invoice.first_unreadable)
    invoice.first_unreadable = why;
}

void retail_book::note_unreadable(row_fault why, std::optional<std::uint32_t> of) {
  if (of)
    return blame(invoices_[*of], why);
  if (last_invoice_ < invoices_.size())
    blame(invoices_[last_invoice_], why);
  of_next_ = why;
}

void retail_book::hold_back() {
  for (auto& invoice : invoices_) {
    if (invoice.unreadable == 0 || kind_of(invoice.number))
      continue;
    invoice.unplaced = unplaced_reason::held_back;
    for (const auto& line : invoice.lines)
      skus_[line.sku].units -= line.quantity;
  }
}

std::uint64_t retail_book::unreadable_rows() const noexcept {
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < row_faults; ++i)
    rows += is_no_sale(static_cast<row_fault>(i)) ? 0 : refused_[i];
  return rows;
}

std::optional<row_fault> retail_book::add_row(const retail_row& row, std::optional<std::uint32_t>& of) {
  if (const auto fault = check_key(row.invoice))
    return fault;
  if (row.invoice.empty())
    return row_fault::invoice_missing;
  if (row.invoice.size() > limits::reference_bytes_max)
    return row_fault::invoice_too_long;
  of = invoice_of(row.invoice);
  auto& invoice = invoices_[*of];
  ++invoice.rows;
  if (of_next_)
    blame(invoice, *std::exchange(of_next_, std::nullopt));
  if (kind_of(invoice.number))
    return std::nullopt;
  for (const auto key : {row.sku, row.customer}) {
    if (const auto fault = check_key(key))
      return fault;
  }
  return add_line(invoice, row);
}

std::optional<row_fault> retail_book::add_line(retail_invoice& of, const retail_row& row) {
  if (row.sku.empty())
    return row_fault::sku_missing;
  if (row.sku.size() > limits::key_bytes_max)
    return row_fault::sku_too_long;
  retail_line line;
  if (const auto fault = check_quantity(row.quantity, line.quantity))
    return fault;
  if (const auto fault = check_price(row.price, line.unit_price_minor))
    return fault;
  const auto placed_at_ms = parse_retail_date(row.date);
  if (!placed_at_ms)
    return row_fault::date_malformed;
  if (row.customer.size() > limits::key_bytes_max)
    return row_fault::customer_too_long;
  if (!of.lines.empty() && of.customer != row.customer)
    return row_fault::customer_differs;
  if (of.lines.size() == limits::lines_per_order_max)
    return row_fault::too_many_lines;
  std::int64_t amount = 0;
  if (__builtin_mul_overflow(line.quantity, line.unit_price_minor, &amount)
      || __builtin_add_overflow(of.total_minor, amount, &amount))
    return row_fault::total_too_large;

  if (of.lines.empty()) {
    of.customer = row.customer;
    of.placed_at_ms = *placed_at_ms;
    of.unplaced.reset();
  }
  line.sku = sku_of(row.sku);
  skus_[line.sku].units += line.quantity;
  of.total_minor = amount;
  of.units += line.quantity;
  of.lines.push_back(line);
  return std::nullopt;
}

std::uint32_t retail_book::invoice_of(std::string_view number) {
  if (last_invoice_ < invoices_.size() && invoices_[last_invoice_].number == number)
    return last_invoice_;
  auto found = invoice_index_.find(number);
  if (found == invoice_index_.end()) {
    found = invoice_index_.emplace(number, static_cast<std::uint32_t>(invoices_.size())).first;
    auto& added = invoices_.emplace_back();
    added.number = number;
    if (const auto kind = kind_of(number))
      added.unplaced = kind;
  }
  last_invoice_ = found->second;
  return last_invoice_;
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

std::optional<std::string> retail_book::add_stock(const decimal& factor) {
  std::vector<std::int64_t> demanded(skus_.size());
  std::vector<std::int64_t> added(skus_.size());
  for (auto& invoice : invoices_) {
    if (invoice.unplaced)
      continue;
    for (auto& line : invoice.lines) {
      demanded[line.sku] += line.quantity;
      const auto due = floor_times(factor, demanded[line.sku]);
      if (!due || *due > limits::quantity_max)
        return skus_[line.sku].sku;
      line.added_units = *due - std::exchange(added[line.sku], *due);
    }
  }
  return std::nullopt;
}

std::uint64_t retail_book::refused_rows() const noexcept {
  return std::accumulate(refused_.begin(), refused_.end(), std::uint64_t{0});
}

std::uint64_t retail_book::unplaced(unplaced_reason why) const noexcept {
  return static_cast<std::uint64_t>(std::count_if(
      invoices_.begin(), invoices_.end(), [why](const retail_invoice& of) { return of.unplaced == why; }));
}

void retail_book::fill(const retail_invoice& of, bool with_credit, v1::place_order& into) const {
  into.set_order_id(retail_order_id(of.number, of.customer, of.placed_at_ms));
  into.set_reference(of.number);
  into.set_customer(of.customer);
  into.set_currency(std::string{currency});
  into.set_payment_method(of.customer.empty() ? v1::CARD : v1::ACCOUNT);
  if (with_credit && !of.customer.empty())
    into.set_added_credit_minor(of.total_minor);
  into.mutable_lines()->Reserve(static_cast<int>(of.lines.size()));
  for (const auto& line : of.lines) {
    auto& added = *into.add_lines();
    added.set_sku(skus_[line.sku].sku);
    added.set_quantity(line.quantity);
    added.set_unit_price_minor(line.unit_price_minor);
    if (line.added_units)
      added.set_added_units(*line.added_units);
  }
}

std::optional<std::int64_t> parse_retail_date(std::string_view text) noexcept {
  return text.find('/') == std::string_view::npos ? parse_iso_date(text) : parse_month_first_date(text);
}

std::string retail_order_id(std::string_view number, std::string_view customer, std::int64_t placed_at_ms) {
  return actors::make_order_id(customer, placed_at_ms, runtime::hash_bytes(number));
}

} // namespace orderd::cluster
