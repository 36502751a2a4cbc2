#include "runtime/base/iso_time.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

TEST(IsoTime, IsReadAsItWasWritten) {
  const struct {
    unix_ms at;
    const char* text;
  } rows[]{{0, "1970-01-01T00:00:00.000Z"},
           {1'259'653'500'007, "2009-12-01T07:45:00.007Z"},
           {-1, "1969-12-31T23:59:59.999Z"},
           {1'709'164'800'000, "2024-02-29T00:00:00.000Z"}};
  for (const auto& row : rows) {
    EXPECT_EQ(iso_time(row.at), row.text);
    EXPECT_EQ(parse_iso_time(row.text), row.at);
  }
}

TEST(IsoTime, IsNothingElse) {
  for (const auto* text :
       {"", "2009-12-01", "2009-12-01 07:45:00.007Z", "2009-13-01T07:45:00.007Z", "2023-02-29T00:00:00.000Z",
        "2009-12-01T24:45:00.007Z", "2009-12-01T07:45:00.0x7Z", "2009-12-01T07:45:00.007Z "})
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
}

} // namespace
} // namespace orderd::runtime
