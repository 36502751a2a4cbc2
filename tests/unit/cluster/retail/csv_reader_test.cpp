#include "cluster/retail/csv_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

struct read_record {
  std::uint64_t line;
  bool well_formed;
  std::vector<std::string> fields;
  std::string text;
};

/// Reads a text given piece by piece, each to its line end.
std::vector<read_record> read(std::string_view text) {
  std::vector<read_record> records;
  csv_reader csv{[&records](const csv_record& of) {
    records.push_back({of.line, of.well_formed, {of.fields.begin(), of.fields.end()}, std::string{of.text}});
  }};
  while (!text.empty()) {
    const auto line =
        text.substr(0, text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') + 1);
    csv.add(line);
    text.remove_prefix(line.size());
  }
  csv.finish();
  return records;
}

using fields = std::vector<std::string>;

TEST(CsvReader, SplitsQuotedAndEmptyFieldsAndKeepsSpaces) {
  const auto records = read("a,b,c\na,,\r\n47503J , x\n1,\"RECORD FRAME 7\"\" SINGLE, SIZE \",2");
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].fields, (fields{"a", "b", "c"}));
  EXPECT_EQ(records[1].fields, (fields{"a", "", ""}));
  EXPECT_EQ(records[1].text, "a,,");
  EXPECT_EQ(records[2].fields, (fields{"47503J ", " x"}));
  EXPECT_EQ(records[3].fields, (fields{"1", "RECORD FRAME 7\" SINGLE, SIZE ", "2"}));
}

TEST(CsvReader, ReadsAQuotedFieldThatGoesOnInTheNextLine) {
  const auto records = read("1,\"CREAM HANGING\r\n\nHEART\",6\r\n2,x,7\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_TRUE(records[0].well_formed);
  EXPECT_EQ(records[0].line, 1U);
  EXPECT_EQ(records[0].fields, (fields{"1", "CREAM HANGING\r\n\nHEART", "6"}));
  EXPECT_EQ(records[0].text, "1,\"CREAM HANGING\r\n\nHEART\",6");
  EXPECT_EQ(records[1].line, 4U);
}

TEST(CsvReader, TakesNoOtherRowWithALineThatIsMalformed) {
  for (const auto* line : {R"(1,"open,2)", R"(1,mid"dle,2)", R"(1,"closed"x,2)"}) {
    const auto records = read("a,b\n" + std::string{line} + "\nc,\"d\ne\"\nf,g\n");
    ASSERT_EQ(records.size(), 4U) << line;
    EXPECT_EQ(records[1].line, 2U) << line;
    EXPECT_FALSE(records[1].well_formed) << line;
    EXPECT_EQ(records[1].text, line);
    EXPECT_EQ(records[1].fields, fields{"1"}) << "what stands in front of the wrong place";
    EXPECT_EQ(records[2].fields, (fields{"c", "d\ne"})) << line;
    EXPECT_EQ(records[3].line, 5U) << line;
  }
}

TEST(CsvReader, ReadsTheLinesBehindAQuoteThatIsNeverClosed) {
  const auto records = read("1,\"open\n2,b\n3,c");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_FALSE(records[0].well_formed);
  EXPECT_EQ(records[1].fields, (fields{"2", "b"}));
  EXPECT_EQ(records[2].fields, (fields{"3", "c"}));
  EXPECT_EQ(records[2].line, 3U);
  const auto many = read("1,\"open\n" + [] {
    std::string lines;
    for (int i = 0; i < 200'000; ++i)
      lines += std::to_string(i) + ",b\n";
    return lines;
  }());
  EXPECT_EQ(many.size(), 200'001U) << "it is given up after a mebibyte";
  EXPECT_FALSE(many[0].well_formed);
  EXPECT_EQ(many[200'000].fields, (fields{"199999", "b"}));
}

TEST(CsvReader, TakesACarriageReturnAloneAsALineEnd) {
  const auto records = read("a,b\rc,\"d\re\"\rf,\"g\r");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].fields, (fields{"c", "d\re"}));
  EXPECT_EQ(records[2].line, 4U);
  EXPECT_FALSE(records[2].well_formed);
}

TEST(CsvReader, QuotesAFieldOnlyWhereItHasTo) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("7\" x"), "\"7\"\" x\"");
  EXPECT_EQ(csv_field(""), "");
}

} // namespace
} // namespace orderd::cluster
