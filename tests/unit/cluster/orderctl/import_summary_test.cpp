#include "cluster/orderctl/import_summary.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;

TEST(LatencySamples, GiveExactPercentilesInWhateverOrderTheyCome) {
  latency_samples samples;
  EXPECT_EQ(samples.percentile(0.5), milliseconds{0});
  for (int i = 100; i >= 1; --i)
    samples.add(milliseconds{i});
  EXPECT_EQ(samples.percentile(0.5), milliseconds{50});
  EXPECT_EQ(samples.percentile(0.99), milliseconds{99});
  EXPECT_EQ(samples.percentile(1), milliseconds{100});
  latency_samples one;
  one.add(milliseconds{7});
  EXPECT_EQ(one.percentile(0.99), milliseconds{7});
}

import_summary a_summary() {
  import_summary summary;
  summary.file = "year.csv.xz";
  summary.rejects_file = "r.csv";
  summary.not_placed_file = "n.csv";
  summary.rows = 12'345;
  summary.rejected_rows = {{"price_not_positive", 2}, {"quantity_below_one", 1'000}};
  summary.placed = {3'000, 9'000, 90'000, 123'456};
  summary.confirmed = {2'999, 8'990, 89'000, 123'400};
  summary.rejected = {{"insufficient_stock", 1}};
  summary.reading = milliseconds{500};
  summary.setting = milliseconds{250};
  summary.placing = milliseconds{1'500};
  summary.latencies.add(milliseconds{12});
  return summary;
}

TEST(ImportSummary, IsATableForPeople) {
  std::ostringstream out;
  print(a_summary(), out);
  const auto text = out.str();
  for (const auto* part :
       {"12,345", "1,002   (price_not_positive 2, quantity_below_one 1,000)", "3,000", "2,999",
        "(insufficient_stock 1)", "1234.56 GBP", "2.25", "2,000", "12.0 / 12.0 ms", "r.csv", "n.csv"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  EXPECT_EQ(text.find("without an outcome"), std::string::npos);
}

TEST(ImportSummary, IsAnObjectForPrograms) {
  const auto value = to_json(a_summary());
  EXPECT_EQ(value["rows"], 12'345);
  EXPECT_EQ(value["rows_rejected"]["total"], 1'002);
  EXPECT_EQ(value["rows_rejected"]["by_reason"]["price_not_positive"], 2);
  EXPECT_EQ(value["placed"].dump(), R"({"orders":3000,"lines":9000,"units":90000,"money_minor":123456})");
  EXPECT_EQ(value["rejected"]["by_reason"]["insufficient_stock"], 1);
  EXPECT_EQ(value["seconds"]["total"], 2.25);
  EXPECT_EQ(value["orders_per_second"], 2'000.0);
  EXPECT_EQ(value["latency_ms"]["p99"], 12.0);
  EXPECT_EQ(value["complete"], true);
}

/// A file may hold any number of orders, each with a total that just fits.
TEST(ImportSummary, SumsMoreMoneyThan64BitsHold) {
  order_totals placed;
  retail_invoice most;
  most.total_minor = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 3; ++i)
    placed.add(most);
  auto summary = a_summary();
  summary.placed = placed;
  EXPECT_EQ(to_json(summary)["placed"]["money_minor"], "27670116110564327421");
  std::ostringstream out;
  print(summary, out);
  EXPECT_NE(out.str().find("276701161105643274.21 GBP"), std::string::npos);
}

TEST(ImportSummary, SaysThatOrdersAreWithoutAnOutcome) {
  auto summary = a_summary();
  summary.faults = {{"timeout", 3}};
  summary.unsent = 40;
  std::ostringstream out;
  print(summary, out);
  EXPECT_NE(out.str().find("43   (timeout 3)"), std::string::npos) << out.str();
  EXPECT_EQ(to_json(summary)["complete"], false);
}

} // namespace
} // namespace orderd::cluster
