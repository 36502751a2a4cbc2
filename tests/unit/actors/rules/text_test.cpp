// One rule for keys and free text, one row a case.
#include "actors/rules/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace orderd::actors {

namespace {

using namespace std::string_view_literals;

} // namespace

TEST(Text, IsTakenWhenItIsComposedAndVisible) {
  for (const auto text : {""sv, "A"sv, "85123A"sv, "a b"sv, "~!{}"sv, "caf\u00e9"sv, "\u6f22\u5b57"sv,
                          "\U0001F600"sv, "exactly8"sv, "longer than eight bytes"sv})
    EXPECT_TRUE(check_text(text).ok()) << text;
}

TEST(Text, IsRefusedWithTheFaultAndTheByteWhereItIs) {
  struct {
    std::string_view text;
    text_fault why;
    std::size_t byte;
  } const table[] = {
      {"10\0001"sv, text_fault::control, 2},
      {"a\x1b[31m", text_fault::control, 1},
      {"a\n", text_fault::control, 1},
      {"eight by\x7f", text_fault::control, 8},
      {"\u0085", text_fault::control, 0},
      {"ab\u2028", text_fault::control, 2},
      {"ab\u202ecd", text_fault::format, 2},
      {"a\u200db", text_fault::format, 1},
      {"\ufeff"
       "a",
       text_fault::format, 0},
      {"a\xff", text_fault::not_utf8, 1},
      {"\xc0\xaf", text_fault::not_utf8, 0},
      {"\xed\xa0\x80", text_fault::not_utf8, 0},
      {"\xf4\x90\x80\x80", text_fault::not_utf8, 0},
      {"a\xc2", text_fault::not_utf8, 1},
      {" a", text_fault::blank_at_edge, 0},
      {"a ", text_fault::blank_at_edge, 1},
      {"ab\u00a0", text_fault::blank_at_edge, 2},
      {"cafe\u0301", text_fault::not_nfc, 3},
      {"\u212b", text_fault::not_nfc, 0},
  };
  for (const auto& [text, why, byte] : table) {
    const auto verdict = check_text(text);
    EXPECT_EQ(verdict.why, why) << shown(text);
    EXPECT_EQ(verdict.byte, byte) << shown(text);
  }
}

TEST(Text, OfEveryAsciiByteIsRefusedOnlyForControls) {
  for (int byte = 1; byte < 0x80; ++byte) {
    for (std::size_t length : {3U, 8U, 17U}) {
      std::string text(length, 'x');
      text[length / 2] = static_cast<char>(byte);
      EXPECT_EQ(check_text(text).ok(), byte >= ' ' && byte < 0x7f) << byte;
    }
  }
}

TEST(Text, SaysWhatItHasToBeAndWhereItIsNot) {
  const auto said = [](std::string_view text) { return text_rule(text, check_text(text)); };
  EXPECT_EQ(said("ab\u202e"), "UTF-8 in NFC without control or format characters, nor blanks at its ends; "
                              "byte 2 is U+202E");
  EXPECT_NE(said("a\xff").find("byte 1 is 0xFF"), std::string::npos);
  EXPECT_NE(said("e\u0301").find("byte 0 is U+0065 and not composed"), std::string::npos);
}

TEST(Text, LosesItsBlanksAndIsComposedInFiles) {
  EXPECT_EQ(without_blanks(" \t\u00a0a b\u3000\r\n"), "a b");
  EXPECT_EQ(without_blanks(" \t"), "");
  EXPECT_EQ(without_blanks("\xff "), "\xff");
  EXPECT_EQ(in_nfc("cafe\u0301"), "caf\u00e9");
}

TEST(Text, IsEscapedWhereItIsShown) {
  EXPECT_EQ(shown("plain"), "plain");
  EXPECT_EQ(shown("caf\u00e9"), "caf\u00e9");
  EXPECT_EQ(shown("a\x1b[2J\n\u202e\xff"), "a\\u{001B}[2J\\u{000A}\\u{202E}\\xFF");
}

TEST(Text, TakesTwoColumnsForAWideCharacterAndNoneForOneThatCombines) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("\u6f22\u5b57"), 4U);
  EXPECT_EQ(columns_of("e\u0301"), 1U);
}

/// In older code pages they are letters or signs: what they say is not dropped with the blank before them.
TEST(Text, KeepsBytesThatAreNoUtf8BehindABlank) {
  EXPECT_EQ(without_blanks(" ACME \x80"), "ACME \x80");
  EXPECT_EQ(without_blanks("5 \xA3 "), "5 \xA3");
  EXPECT_EQ(without_blanks("\xB0"), "\xB0");
  EXPECT_EQ(without_blanks("a \u3000\u00a0\t"), "a");
}

} // namespace orderd::actors
