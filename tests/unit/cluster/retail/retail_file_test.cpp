#include "cluster/retail/retail_file.hpp"

#include "tests/support/source_dir.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

namespace orderd::cluster {
namespace {

struct seen_row {
  std::uint64_t line;
  row_fault why;
  std::string text;
};

constexpr std::string_view retail_header =
    "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country";

class RetailFile : public testing::Test {
protected:
  runtime::result<std::uint64_t> read(const std::string& path) {
    return read_retail_file(path, book_, [this](const refused_row& refused) {
      refused_.push_back({refused.line, refused.why, std::string{refused.text}});
    });
  }

  const test::temporary_folder folder_;
  const std::string path_ = folder_ / "retail.csv";
  retail_book book_;
  std::vector<seen_row> refused_;
};

TEST_F(RetailFile, NamesRefusedRowsByTheirLineInTheFileAndGoesOnBehindThem) {
  std::ofstream{path_} << retail_header << "\n"
                       << "1,A,x,1,2009-12-01 07:45:00,1.5,,UK\n"
                       << "1,B,\"x,1,2009-12-01 07:45:00,1.5,,UK\n"
                       << "\n"
                       << "1,C,\"x\",-1,2009-12-01 07:45:00,1.5,,UK\n"
                       << "1,D,x,1,2009-12-01 07:45:00,1.5,,UK\n";
  ASSERT_TRUE(read(path_));
  ASSERT_EQ(refused_.size(), 2U);
  EXPECT_EQ(refused_[0].line, 3U);
  EXPECT_EQ(refused_[0].why, row_fault::malformed_csv);
  EXPECT_EQ(refused_[0].text, "1,B,\"x,1,2009-12-01 07:45:00,1.5,,UK");
  EXPECT_EQ(refused_[1].line, 5U);
  EXPECT_EQ(refused_[1].why, row_fault::quantity_below_one);
  EXPECT_EQ(book_.rows(), 4U);
  EXPECT_EQ(book_.invoices().at(0).lines.size(), 2U);
}

TEST_F(RetailFile, ReadsTheFirstEditionsHeaderDatesAndOrderOfColumns) {
  std::ofstream{path_}
      << "\xEF\xBB\xBF\"CustomerID\",\"InvoiceNo\",\"InvoiceDate\",\"UnitPrice\",\"Quantity\","
         "\"StockCode\"\r\n"
      << "17850,536365,12/1/2010 8:26,2.55,6,85123A\r\n";
  ASSERT_TRUE(read(path_));
  EXPECT_TRUE(refused_.empty());
  const auto& invoice = book_.invoices().at(0);
  EXPECT_EQ(invoice.number, "536365");
  EXPECT_EQ(invoice.customer, "17850");
  EXPECT_EQ(invoice.placed_at_ms, parse_retail_date("2010-12-01 08:26:00"));
  EXPECT_EQ(book_.skus().at(0).sku, "85123A");
}

TEST_F(RetailFile, JoinsALineBreakInsideQuotesToOneRow) {
  std::ofstream{path_} << retail_header << "\n"
                       << "1,A,\"CREAM\nHEART\",6,2010-12-01 08:26:00,2.55,c,UK\n"
                       << " 1 , B ,x, 7 ,2010-12-01 08:26:00, 2.55 , c ,UK\n";
  const auto trimmed = read(path_);
  ASSERT_TRUE(trimmed);
  EXPECT_EQ(*trimmed, 5U);
  EXPECT_TRUE(refused_.empty());
  ASSERT_EQ(book_.invoices().size(), 1U);
  EXPECT_EQ(book_.invoices()[0].lines.size(), 2U);
  EXPECT_EQ(book_.skus().at(1).sku, "B");
}

TEST_F(RetailFile, RefusesAFileWithAnotherHeader) {
  std::ofstream{path_} << "sku,on_hand\nA,1\n";
  const auto content = read(path_);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, runtime::fault_code::malformed);
  EXPECT_EQ(book_.rows(), 0U);
}

// The figures were counted once with Python's csv and decimal modules.
TEST_F(RetailFile, HoldsWhatARealYearHolds) {
  const std::string year = test::source_dir() + "/../shared/data/online_retail_2009_2010.csv.xz";
  if (!std::filesystem::exists(year))
    GTEST_SKIP() << "the real data is not on this machine: " << year;
  ASSERT_TRUE(read(year));
  EXPECT_EQ(book_.rows(), 525'461U);
  EXPECT_EQ(book_.invoices().size(), 28'816U);
  EXPECT_EQ(book_.unplaced(unplaced_reason::cancellation), 4'592U);
  EXPECT_EQ(book_.unplaced(unplaced_reason::adjustment), 3U);
  EXPECT_EQ(book_.unplaced(unplaced_reason::no_acceptable_row), 3'270U);
  EXPECT_EQ(book_.refused_rows(row_fault::quantity_below_one), 2'121U);
  EXPECT_EQ(book_.refused_rows(row_fault::price_not_positive), 1'566U);
  EXPECT_EQ(book_.refused_rows(row_fault::price_below_one_penny), 14U);
  EXPECT_EQ(book_.refused_rows(), 3'701U);
  EXPECT_EQ(refused_.size(), 3'701U);

  const auto orders = book_.placeable();
  ASSERT_EQ(orders.size(), 20'951U);
  std::size_t lines = 0;
  std::size_t most_lines = 0;
  std::size_t guests = 0;
  std::int64_t units = 0;
  std::int64_t money_minor = 0;
  std::vector<std::string> ids;
  for (const auto i : orders) {
    const auto& invoice = book_.invoices()[i];
    lines += invoice.lines.size();
    most_lines = std::max(most_lines, invoice.lines.size());
    guests += invoice.customer.empty() ? 1 : 0;
    units += invoice.units;
    money_minor += invoice.total_minor;
    ids.push_back(retail_order_id(invoice.number, invoice.customer, invoice.placed_at_ms));
  }
  EXPECT_EQ(lines, 511'551U);
  EXPECT_EQ(most_lines, 675U);
  EXPECT_EQ(guests, 1'738U);
  EXPECT_EQ(units, 5'831'914);
  EXPECT_EQ(money_minor, 1'030'589'201);
  EXPECT_EQ(book_.skus().size(), 4'249U) << "one is there with a blank behind it, too";
  EXPECT_EQ(book_.customers().size(), 4'312U);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end()) << "every order has an id of its own";
}

} // namespace
} // namespace orderd::cluster
