// What an import did, in numbers: for people and as JSON. Pure.
#pragma once

#include "actors/rules/money.hpp"
#include "cluster/json/json_forms.hpp"
#include "cluster/retail/retail_import.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Counts of orders, with what is in them.
struct order_totals {
  std::uint64_t orders = 0;
  std::uint64_t lines = 0;
  std::int64_t units = 0; ///< fits: lines hold up to limits::quantity_max each
  actors::wide_sum money_minor = 0;

  void add(const retail_invoice& invoice);
};

/// Latencies of every order: the percentiles are exact.
class latency_samples {
public:
  void add(std::chrono::nanoseconds latency) { samples_.push_back(latency); }
  /// The smallest latency that at least `share` (0 to 1) of all samples do not exceed; 0 without any.
  std::chrono::nanoseconds percentile(double share) const;

private:
  std::vector<std::chrono::nanoseconds> samples_;
};

struct import_summary {
  std::string file;
  std::string rejects_file;
  std::string not_placed_file;
  // the file
  std::uint64_t rows = 0;
  std::map<std::string, std::uint64_t> rejected_rows; ///< by reason
  std::uint64_t invoices = 0;
  std::map<std::string, std::uint64_t> not_placed_invoices; ///< by reason
  std::uint64_t accounts_opened = 0;                        ///< before the orders
  // the orders
  order_totals placed; ///< every order with an outcome
  order_totals confirmed;
  std::map<std::string, std::uint64_t> rejected; ///< orders with the outcome rejected or cancelled, by reason
  std::map<std::string, std::uint64_t> refused;  ///< commands that the node did not take, by code
  std::map<std::string, std::uint64_t> faults;   ///< commands without an outcome, by code
  std::uint64_t unsent = 0;                      ///< orders that were not sent any more
  // time
  std::chrono::nanoseconds reading{};
  std::chrono::nanoseconds setting{};
  std::chrono::nanoseconds placing{};
  latency_samples latencies;

  bool complete() const noexcept { return faults.empty() && unsent == 0; }
  double seconds() const;
  double orders_per_second() const;
};

/// Sum over all reasons.
std::uint64_t sum(const std::map<std::string, std::uint64_t>& by_reason);

json to_json(const import_summary& summary);
/// A table for people.
void print(const import_summary& summary, std::ostream& out);

} // namespace orderd::cluster
