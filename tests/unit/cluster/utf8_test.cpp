#include "cluster/utf8.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(Utf8, AcceptsWellFormedText) {
  for (const auto* text : {"", "plain", "\xC2\xA3", "\xE2\x82\xAC", "\xEF\xBF\xBF", "\xF0\x9F\x93\xA6",
                           "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, RefusesBrokenOverlongAndForbiddenSequences) {
  for (const auto* text :
       {"\xA3", "\xC2", "\xC2x", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF0\x80\x80\xAF",
        "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "ok\xE2\x82x"})
    EXPECT_FALSE(is_utf8(text));
}

} // namespace
} // namespace orderd::cluster
