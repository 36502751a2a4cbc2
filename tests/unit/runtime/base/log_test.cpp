#include "runtime/base/log.hpp"

#include "runtime/base/result.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime::log {
namespace {

/// Restores the level that a test changes.
class Log : public ::testing::Test {
protected:
  void TearDown() override { set_level(level::info); }
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

TEST_F(Log, KnowsEveryLevelOfTheSettingsAndNoOther) {
  EXPECT_EQ(level_of("debug"), level::debug);
  EXPECT_EQ(level_of("warning"), level::warning);
  EXPECT_THROW(level_of("warn"), bug);
}

} // namespace
} // namespace orderd::runtime::log
