#include "cluster/retail/csv_table.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

class CsvTable : public testing::Test {
protected:
  runtime::result<void> read(std::string_view text) {
    std::ofstream{path_, std::ios::binary} << text;
    static constexpr std::array<table_column, 2> columns{{{"Customer ID", "Customer"}, {"Units", {}}}};
    rows_.clear();
    return read_table(path_, "a table", columns, [this](const table_row& row) {
      std::string cells = std::to_string(row.line) + (row.readable ? "" : "!");
      for (const auto cell : row.cells)
        cells += '|' + std::string{cell};
      rows_.push_back(cells);
      trimmed_ += row.trimmed;
    });
  }

  using rows = std::vector<std::string>;
  const test::temporary_folder folder_;
  const std::string path_ = folder_ / "table.csv";
  rows rows_;
  std::uint32_t trimmed_ = 0;
};

TEST_F(CsvTable, FindsColumnsByNameInAnyOrderAndByOtherNames) {
  for (const auto* header : {"Units,Text,Customer ID", "units,Text,CustomerID", "UNITS,Text,customer",
                             "\xEF\xBB\xBF\"Units\",\"Text\",\"Customer_ID\""}) {
    ASSERT_TRUE(read(std::string{header} + "\r\n3,x,c1\r\n")) << header;
    EXPECT_EQ(rows_, rows{"2|c1|3"}) << header;
  }
}

TEST_F(CsvTable, SaysWhichColumnIsMissingOrTwiceThere) {
  for (const auto& [text, why] : {std::pair{"Units,Text\n1,x\n", "it has no column Customer ID"},
                                  {"Units,Customer,Customer ID\n1,x,y\n", "the column Customer ID twice"},
                                  {"", "it is empty"}}) {
    const auto content = read(text);
    ASSERT_FALSE(content) << text;
    EXPECT_EQ(content.error().code, runtime::fault_code::malformed);
    EXPECT_NE(content.error().message.find(path_ + " is not a table: "), std::string::npos);
    EXPECT_NE(content.error().message.find(why), std::string::npos) << content.error().message;
    EXPECT_NE(content.error().message.find("Customer ID, Units"), std::string::npos);
    EXPECT_TRUE(rows_.empty());
  }
}

TEST_F(CsvTable, DropsBlanksAroundCellsAndCountsThem) {
  ASSERT_TRUE(read("Customer,Units\n c 1 ,3\nc2,\t4\n"));
  EXPECT_EQ(rows_, (rows{"2|c 1|3", "3|c2|4"}));
  EXPECT_EQ(trimmed_, 2U);
}

TEST_F(CsvTable, TakesNoRowOfBlanksNorTheHeaderAgainAsARow) {
  ASSERT_TRUE(read("Customer,Units\n,\n   \nCustomer,Units\nc,1\n"));
  EXPECT_EQ(rows_, rows{"5|c|1"});
}

TEST_F(CsvTable, NamesRowsWithOtherFieldsThanTheHeaderAndWhatCouldBeRead) {
  ASSERT_TRUE(read("Customer,Units\nc,1,2\nc\nc,1\"\n\"a\nb\",2\n"));
  EXPECT_EQ(rows_, (rows{"2!|c|1", "3!|c|", "4!|c|", "5|a\nb|2"}));
}

TEST_F(CsvTable, ComposesCharactersAndDropsBlanksOfOtherAlphabets) {
  ASSERT_TRUE(read("Customer,Units\n\u00a0cafe\u0301\u3000,3\n"));
  EXPECT_EQ(rows_, rows{"2|caf\u00e9|3"});
  EXPECT_EQ(trimmed_, 1U);
}

} // namespace
} // namespace orderd::cluster
