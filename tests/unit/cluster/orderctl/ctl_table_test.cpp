#include "cluster/orderctl/ctl_table.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace orderd::cluster {
namespace {

using side = ctl_table::side;

TEST(CtlTable, IsAsWideAsWhatItShowsSoThatColumnsNeverMeet) {
  ctl_table table{{side::left, side::right, side::left}};
  table.add({"customer", "total", "placed"});
  table.add({"a customer of forty bytes, which is long", "1.00", "x"});
  table.add({"\u6f22\u5b57", "123456.00", ""});
  std::ostringstream out;
  table.print(out, "  ");
  EXPECT_EQ(out.str(), "  customer                                      total  placed\n"
                       "  a customer of forty bytes, which is long       1.00  x\n"
                       "  \u6f22\u5b57                                      123456.00\n");
}

TEST(CtlTable, ShowsNoRowThatACellMadeUp) {
  ctl_table table{{side::left, side::left}};
  table.add({"a\nforged row", "\x1b[2J"});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(), "a\\u{000A}forged row  \\u{001B}[2J\n");
}

} // namespace
} // namespace orderd::cluster
