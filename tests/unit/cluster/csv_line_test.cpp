#include "cluster/csv_line.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

std::vector<std::string> split(csv_line& csv, std::string_view line) {
  if (!csv.split(line))
    return {"malformed"};
  return {csv.fields().begin(), csv.fields().end()};
}

using fields = std::vector<std::string>;

TEST(CsvLine, SplitsQuotedAndEmptyFieldsAndKeepsSpaces) {
  csv_line csv;
  EXPECT_EQ(split(csv, "a,b,c"), (fields{"a", "b", "c"}));
  EXPECT_EQ(split(csv, "a,,"), (fields{"a", "", ""}));
  EXPECT_EQ(split(csv, "47503J , x"), (fields{"47503J ", " x"}));
  EXPECT_EQ(split(csv, R"(1,"RECORD FRAME 7"" SINGLE, SIZE ",2)"),
            (fields{"1", "RECORD FRAME 7\" SINGLE, SIZE ", "2"}));
}

TEST(CsvLine, SaysThatALineIsMalformedAndReadsTheNextOne) {
  csv_line csv;
  for (const auto* line : {R"(1,"open,2)", R"(1,mid"dle,2)", R"(1,"closed"x,2)"}) {
    EXPECT_EQ(split(csv, line), fields{"malformed"}) << line;
    EXPECT_EQ(split(csv, "a,b"), (fields{"a", "b"})) << line;
  }
}

TEST(CsvLine, QuotesAFieldOnlyWhereItHasTo) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("7\" x"), "\"7\"\" x\"");
  EXPECT_EQ(csv_field(""), "");
}

} // namespace
} // namespace orderd::cluster
