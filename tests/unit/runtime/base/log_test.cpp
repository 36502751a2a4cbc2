#include "runtime/base/log.hpp"

#include "runtime/base/result.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace orderd::runtime::log {
namespace {

/// Restores the level that a test changes.
class Log : public ::testing::Test {
protected:
  void TearDown() override {
    set_level(level::info);
    set_form(form::logfmt);
  }
};

TEST_F(Log, PutsTheNamesFirstThenFieldsThenText) {
  EXPECT_EQ(
      format(level::warning, "shard", "entity_restarted", {{"kind", "order"}, {"attempt", 2}}, "it threw"),
      R"(level=warning component=shard event=entity_restarted kind=order attempt=2 text="it threw")");
}

TEST_F(Log, LeavesOutAnEmptyText) {
  EXPECT_EQ(format(level::info, "node", "started", {{"fresh", true}}, ""),
            "level=info component=node event=started fresh=true");
}

TEST_F(Log, NamesARenamedComponentAsBeforeToo) {
  EXPECT_EQ(format(level::info, "replica_host", "replica_state", {{"shard", 3}}, ""),
            "level=info component=replica_host event=replica_state component_before=seat shard=3");
}

TEST_F(Log, EscapesWhatWouldBreakALine) {
  EXPECT_EQ(format(level::info, "a", "b", {{"k", std::string{"x\n\"=\\\x01", 6}}, {"empty", ""}}, ""),
            R"(level=info component=a event=b k="x\n\"=\\\x01" empty="")");
}

TEST_F(Log, WritesOneWholeLineWithItsTime) {
  testing::internal::CaptureStderr();
  error("journal", "append_failed", {{"shard", 3}}, "no space");
  const auto line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.starts_with("time=2")) << line;
  EXPECT_TRUE(
      line.ends_with("Z level=error component=journal event=append_failed shard=3 text=\"no space\"\n"))
      << line;
}

TEST_F(Log, DropsLinesBelowTheLevel) {
  testing::internal::CaptureStderr();
  set_level(level_of("error"));
  warn("a", "b", {});
  EXPECT_FALSE(enabled(level::warning));
  EXPECT_TRUE(enabled(level::error));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Log, WritesAnObjectALineWhenItIsToldTo) {
  testing::internal::CaptureStderr();
  set_form(form::json);
  error("journal", "append_failed", {{"shard", 3}}, "no space");
  const auto line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.starts_with(R"({"time":"2)")) << line;
  EXPECT_TRUE(
      line.ends_with("\"level\":\"error\",\"component\":\"journal\",\"event\":\"append_failed\",\"shard\":3,"
                     "\"text\":\"no space\"}\n"))
      << line;
}

TEST_F(Log, LeavesOutRepeatsOfALineButNotTheFirstOfAnother) {
  const auto before = lines_said(level::warning);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 50; ++i)
    warn("repeats", "again", {{"shard", 1}});
  warn("repeats", "again", {{"shard", 2}});
  error("repeats", "again", {{"shard", 1}});
  const auto lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 22);
  EXPECT_EQ(lines_said(level::warning), before + 51) << "those left out count too";
}

TEST_F(Log, WritesRepeatsBelowWarningAllTheSame) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 50; ++i)
    info("repeats", "news", {});
  const auto lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 50);
}

TEST_F(Log, WritesWhatAPersonDidHoweverOften) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 50; ++i)
    warn("repeats", "given_up", {{"shard", 1}, {"by", "ann"}});
  const auto lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 50);
}

TEST_F(Log, KeepsInMemoryWhatItWrote) {
  testing::internal::CaptureStderr();
  info("kept", "first", {{"order", "0190"}});
  debug("kept", "dropped", {});
  const auto written = testing::internal::GetCapturedStderr();
  const auto found = kept().newest("component=kept", 10, 1'000);
  ASSERT_EQ(found.lines.size(), 1u);
  EXPECT_EQ(found.lines[0] + '\n', written);
}

TEST_F(Log, KnowsEveryLevelOfTheSettingsAndNoOther) {
  EXPECT_EQ(level_of("debug"), level::debug);
  EXPECT_EQ(level_of("warning"), level::warning);
  EXPECT_THROW(level_of("warn"), bug);
}

} // namespace
} // namespace orderd::runtime::log
