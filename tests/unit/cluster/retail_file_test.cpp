#include "cluster/retail_file.hpp"

#include "tests/support/source_dir.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

namespace orderd::cluster {
namespace {

struct refused_row {
  std::uint64_t row;
  row_fault why;
  std::string line;
};

class RetailFile : public testing::Test {
protected:
  runtime::result<void> read(const std::string& path) {
    return read_retail_file(path, book_, [this](std::uint64_t row, row_fault why, std::string_view line) {
      refused_.push_back({row, why, std::string{line}});
    });
  }

  const test::temporary_folder folder_;
  const std::string path_ = folder_ / "retail.csv";
  retail_book book_;
  std::vector<refused_row> refused_;
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
  EXPECT_EQ(refused_[0].row, 3U);
  EXPECT_EQ(refused_[0].why, row_fault::malformed_csv);
  EXPECT_EQ(refused_[0].line, "1,B,\"x,1,2009-12-01 07:45:00,1.5,,UK");
  EXPECT_EQ(refused_[1].row, 5U);
  EXPECT_EQ(refused_[1].why, row_fault::quantity_below_one);
  EXPECT_EQ(book_.rows(), 4U);
  EXPECT_EQ(book_.invoices().at(0).lines.size(), 2U);
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
  EXPECT_EQ(book_.refused_rows(row_fault::price_not_whole_pence), 14U);
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
  EXPECT_EQ(book_.skus().size(), 4'250U);
  EXPECT_EQ(book_.customers().size(), 4'312U);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end()) << "every order has an id of its own";
}

} // namespace
} // namespace orderd::cluster
