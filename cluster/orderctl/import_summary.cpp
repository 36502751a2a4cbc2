#include "cluster/orderctl/import_summary.hpp"

#include "cluster/retail/decimal.hpp"
#include "config/grouped.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace orderd::cluster {

namespace {

using config::grouped;
using by_reason = std::map<std::string, std::uint64_t>;

double as_seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}
double as_milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// Rounded for reading: 3 decimals.
double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

json counts(const by_reason& what) {
  auto reasons = json::object();
  for (const auto& [reason, count] : what)
    reasons[reason] = count;
  return {{"total", sum(what)}, {"by_reason", std::move(reasons)}};
}

/// A number where it fits 64 bits, else its digits.
json money_json(actors::wide_sum sum) {
  const auto narrow = static_cast<std::int64_t>(sum);
  return narrow == sum ? json(narrow) : json(actors::to_text(sum));
}

json totals(const order_totals& what) {
  return {{"orders", what.orders},
          {"lines", what.lines},
          {"units", what.units},
          {"money_minor", money_json(what.money_minor)}};
}

std::string with_reasons(const by_reason& what) {
  std::string text;
  for (const auto& [reason, count] : what)
    text += (text.empty() ? "   (" : ", ") + reason + " " + grouped(count);
  return text.empty() ? text : text + ")";
}

std::string fixed(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}

void row(std::ostream& out, std::string_view label, const std::string& value,
         const std::string& remark = {}) {
  out << "  " << std::left << std::setw(24) << label << std::right << std::setw(16) << value << remark
      << '\n';
}

} // namespace

void order_totals::add(const retail_invoice& invoice) {
  ++orders;
  lines += invoice.lines.size();
  units += invoice.units;
  money_minor += invoice.total_minor;
}

std::chrono::nanoseconds latency_samples::percentile(double share) const {
  if (samples_.empty())
    return {};
  auto sorted = samples_;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  const auto at =
      sorted.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, sorted.size()) - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

double import_summary::seconds() const {
  return as_seconds(reading + setting + placing);
}

double import_summary::orders_per_second() const {
  return placing.count() == 0 ? 0 : static_cast<double>(placed.orders) / as_seconds(placing);
}

std::uint64_t sum(const by_reason& what) {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : what)
    total += count;
  return total;
}

json to_json(const import_summary& of) {
  return {{"file", of.file},
          {"complete", of.complete()},
          {"rows", of.rows},
          {"rows_rejected", counts(of.rejected_rows)},
          {"rejects_file", of.rejects_file},
          {"invoices", of.invoices},
          {"invoices_not_placed", counts(of.not_placed_invoices)},
          {"not_placed_file", of.not_placed_file},
          {"accounts_opened", of.accounts_opened},
          {"placed", totals(of.placed)},
          {"confirmed", totals(of.confirmed)},
          {"rejected", counts(of.rejected)},
          {"refused", counts(of.refused)},
          {"faults", counts(of.faults)},
          {"unsent", of.unsent},
          {"seconds",
           {{"reading", rounded(as_seconds(of.reading))},
            {"setting", rounded(as_seconds(of.setting))},
            {"placing", rounded(as_seconds(of.placing))},
            {"total", rounded(of.seconds())}}},
          {"orders_per_second", std::round(of.orders_per_second())},
          {"latency_ms",
           {{"p50", rounded(as_milliseconds(of.latencies.percentile(0.5)))},
            {"p99", rounded(as_milliseconds(of.latencies.percentile(0.99)))}}}};
}

void print(const import_summary& of, std::ostream& out) {
  out << of.file << '\n';
  row(out, "rows", grouped(of.rows));
  row(out, "rows rejected", grouped(sum(of.rejected_rows)), with_reasons(of.rejected_rows));
  row(out, "invoices", grouped(of.invoices));
  row(out, "invoices not placed", grouped(sum(of.not_placed_invoices)), with_reasons(of.not_placed_invoices));
  if (of.accounts_opened > 0)
    row(out, "accounts opened", grouped(of.accounts_opened));
  row(out, "orders placed", grouped(of.placed.orders));
  row(out, "orders confirmed", grouped(of.confirmed.orders));
  row(out, "orders rejected", grouped(sum(of.rejected)), with_reasons(of.rejected));
  if (!of.refused.empty())
    row(out, "commands refused", grouped(sum(of.refused)), with_reasons(of.refused));
  if (!of.complete())
    row(out, "without an outcome", grouped(sum(of.faults) + of.unsent), with_reasons(of.faults));
  row(out, "lines placed", grouped(of.placed.lines));
  row(out, "units placed", grouped(static_cast<std::uint64_t>(of.placed.units)));
  row(out, "money placed", format_money(actors::to_text(of.placed.money_minor), "GBP"));
  row(out, "money confirmed", format_money(actors::to_text(of.confirmed.money_minor), "GBP"));
  row(out, "seconds", fixed(of.seconds(), 2),
      "   (reading " + fixed(as_seconds(of.reading), 2) + ", accounts " + fixed(as_seconds(of.setting), 2)
          + ", orders " + fixed(as_seconds(of.placing), 2) + ")");
  row(out, "orders/s", grouped(static_cast<std::uint64_t>(of.orders_per_second())));
  row(out, "latency p50 / p99",
      fixed(as_milliseconds(of.latencies.percentile(0.5)), 1) + " / "
          + fixed(as_milliseconds(of.latencies.percentile(0.99)), 1) + " ms");
  out << "  rejected rows are in " << of.rejects_file << ", invoices that were not placed in "
      << of.not_placed_file << '\n';
}

} // namespace orderd::cluster
