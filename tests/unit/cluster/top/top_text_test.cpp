#include "cluster/top/top_text.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(TopText, PutsPiecesInColumns) {
  top_text line;
  line.add("a").to(4).add("b").right(10, "12").right(11, "345");
  EXPECT_EQ(line.line(80, false), "a   b   12 345") << "what is too wide pushes what follows";
  EXPECT_EQ(line.columns(), 14u);
}

TEST(TopText, IsCutToTheWidthByColumnsAndNeverWithinACharacter) {
  top_text line;
  line.add("caf\u00e9 ").add("\u65e5\u672c");
  EXPECT_EQ(line.line(80, false), "caf\u00e9 \u65e5\u672c");
  EXPECT_EQ(line.line(7, false), "caf\u00e9 \u65e5");
  EXPECT_EQ(line.line(6, false), "caf\u00e9") << "half of a wide character does not fit";
  EXPECT_EQ(line.line(4, false), "caf\u00e9");
  EXPECT_EQ(line.line(0, false), "");
}

TEST(TopText, EscapesWhatWouldActOnATerminal) {
  top_text line;
  line.add("a\x1b[2J\nb\xff");
  const auto shown = line.line(80, true);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << shown;
  EXPECT_EQ(shown.find('\n'), std::string::npos) << shown;
  EXPECT_EQ(shown, "a\\u{001B}[2J\\u{000A}b\\xFF");
}

TEST(TopText, IsStyledOnlyWithColours) {
  top_text line;
  line.add("good", top_style::good).add(" ").add("bad", top_style::bad);
  EXPECT_EQ(line.line(80, false), "good bad");
  EXPECT_EQ(line.line(80, true), "\x1b[32mgood\x1b[0m \x1b[1;31mbad\x1b[0m");
  EXPECT_EQ(line.line(2, true), "\x1b[32mgo\x1b[0m") << "a style ends where it is cut";
  line.choose();
  EXPECT_EQ(line.line(10, true), "\x1b[7mgood bad  \x1b[0m") << "a chosen line is of one piece, and wide";
}

TEST(TopText, WritesValuesShort) {
  EXPECT_EQ(short_time(850), "850 us");
  EXPECT_EQ(short_time(1'840), "1.8 ms");
  EXPECT_EQ(short_time(2'310'000), "2.31 s");
  EXPECT_EQ(short_span(-3), "0 s");
  EXPECT_EQ(short_span(59), "59 s");
  EXPECT_EQ(short_span(250), "4 min 10 s");
  EXPECT_EQ(short_span(7'380), "2 h 3 min");
  EXPECT_EQ(short_span(439'200), "5 d 2 h");
  EXPECT_EQ(short_bytes(12), "12 B");
  EXPECT_EQ(short_bytes(3'482), "3.4 KiB");
  EXPECT_EQ(short_bytes(256u << 20), "256.0 MiB");
  EXPECT_EQ(one_digit(118.34), "118.3");
}

} // namespace
} // namespace orderd::cluster
