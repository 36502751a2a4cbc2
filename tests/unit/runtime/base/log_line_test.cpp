#include "runtime/base/log_line.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace orderd::runtime::log {
namespace {

constexpr unix_ms at = 1'259'653'500'007;

std::string as_json(fields values, std::string_view text = {}) {
  return format(form::json, at, level::warning, "shard", "x", values, text);
}

const std::string begin =
    R"({"time":"2009-12-01T07:45:00.007Z","level":"warning","component":"shard","event":"x")";

TEST(LogLine, HasItsTimeInFrontInLogfmt) {
  EXPECT_EQ(format(form::logfmt, at, level::info, "a", "b", {{"n", 1}}, "a text"),
            R"(time=2009-12-01T07:45:00.007Z level=info component=a event=b n=1 text="a text")");
}

TEST(LogLine, OfJsonHasNumbersAsNumbersAndTextAsText) {
  const struct {
    field value;
    const char* shown;
  } rows[]{{{"f", 7}, R"("f":7})"},
           {{"f", -7}, R"("f":-7})"},
           {{"f", 0.5}, R"("f":0.500000})"},
           {{"f", std::numeric_limits<std::uint64_t>::max()}, R"("f":18446744073709551615})"},
           {{"f", std::numeric_limits<double>::infinity()}, R"("f":"inf"})"},
           {{"f", true}, R"("f":true})"},
           {{"f", "7"}, R"("f":"7"})"},
           {{"f", "true"}, R"("f":"true"})"},
           {{"f", ""}, R"("f":""})"}};
  for (const auto& row : rows)
    EXPECT_EQ(as_json({row.value}), begin + ',' + row.shown);
}

TEST(LogLine, OfJsonIsAsciiAlone) {
  EXPECT_EQ(as_json({}, "a \"b\"\n\x1b[2J\x7f \u00e9 \xff"),
            begin + R"(,"text":"a \"b\"\n\u001b[2J\u007f \u00e9 \ufffd"})");
}

TEST(LogLine, OfJsonNamesARenamedComponentAsBeforeToo) {
  EXPECT_EQ(format(form::json, at, level::info, "replica_host", "x", {}, ""),
            R"({"time":"2009-12-01T07:45:00.007Z","level":"info","component":"replica_host","event":"x",)"
            R"("component_before":"seat"})");
}

TEST(LogLine, TellsItsTimeAndItsPlainValues) {
  for (const auto how : {form::logfmt, form::json}) {
    const auto line = format(how, at, level::info, "gateway", "order_placed",
                             {{"order", "0190"}, {"trace", "00ff"}, {"n", 3}}, "");
    EXPECT_EQ(time_of(line), at);
    EXPECT_EQ(plain_value(line, "order"), "0190");
    EXPECT_EQ(plain_value(line, "trace"), "00ff");
    EXPECT_EQ(plain_value(line, "n"), "3");
    EXPECT_EQ(plain_value(line, "event"), "order_placed");
    EXPECT_EQ(plain_value(line, "shard"), "");
  }
  EXPECT_EQ(time_of("no line"), std::nullopt);
  EXPECT_EQ(time_of("time=2009-12-01"), std::nullopt);
}

TEST(LogLine, IsShownWithoutItsTime) {
  EXPECT_EQ(without_time(format(form::logfmt, at, level::info, "a", "b", {}, "")),
            "level=info component=a event=b");
  EXPECT_EQ(without_time("no line"), "no line");
  const auto json = as_json({});
  EXPECT_EQ(without_time(json), json);
}

} // namespace
} // namespace orderd::runtime::log
