// Scanning queries of a shard: when they are answered, and that those that cannot be are told so.
//
// Faults injected: a state store that applies nothing, as on a full disk or while an audit reads it. What
// waits for it must end by its deadline, and may not grow without end.
#include "config/limits.hpp"
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace orderd::runtime {
namespace {

using test::shard_rig;
using way = test::wallet_query::way;

std::vector<std::uint64_t> ask_scans(shard_rig& rig, std::size_t count) {
  std::vector<std::uint64_t> asked;
  for (std::size_t i = 0; i < count; ++i)
    asked.push_back(rig.query("", way::scan));
  return asked;
}

std::size_t count_answered(const shard_rig& rig, const std::vector<std::uint64_t>& asked,
                           const std::string& body) {
  const auto answered =
      std::count_if(asked.begin(), asked.end(), [&](auto id) { return rig.reply(id) == body; });
  return static_cast<std::size_t>(answered);
}

TEST(ShardScans, EndWithATimeoutWhenNothingIsApplied) {
  shard_rig rig;
  rig.ask("a1", "add 1");
  const auto scan = rig.query("", way::scan);
  rig.commit();
  rig.tick(rig.timeout_ms - 1);
  EXPECT_EQ(rig.reply(scan), "");
  rig.tick(1);
  EXPECT_EQ(rig.reply(scan), "timeout");
  EXPECT_EQ(rig.engine().figures().late_callers, 1u);
  rig.settle();
  EXPECT_EQ(rig.reply(scan), "timeout") << "a second answer";
}

TEST(ShardScans, AreRefusedWhenTooManyWait) {
  shard_rig rig;
  rig.ask("a1", "add 1");
  const auto asked = ask_scans(rig, limits::waiting_scans_max + 1);
  EXPECT_EQ(count_answered(rig, asked, ""), limits::waiting_scans_max);
  EXPECT_EQ(rig.reply(asked.back()), "overloaded");
}

TEST(ShardScans, AreAnsweredAFewAnInput) {
  shard_rig rig;
  rig.ask("a1", "add 1");
  const auto asked = ask_scans(rig, 10);
  rig.settle();
  EXPECT_EQ(count_answered(rig, asked, "a1=1 ;"), 4u);
  rig.tick(20);
  EXPECT_EQ(count_answered(rig, asked, "a1=1 ;"), 8u);
  rig.tick(20);
  EXPECT_EQ(count_answered(rig, asked, "a1=1 ;"), 10u);
}

TEST(ShardScans, WaitForNoEpochThatCameToNothing) {
  shard_rig rig;
  rig.ask("b1", "add 1"); // The journal is busy from here.
  rig.rules.trouble["a1"] = 2;
  rig.ask("a1", "read"); // Fails twice: a row keeps it until its next try.
  const auto scan = rig.query("", way::scan);
  rig.tick(20); // The try works and erases the row: no epoch follows the one under way.
  rig.settle();
  EXPECT_EQ(rig.reply(scan), "b1=1 ;");
}

TEST(ShardScans, RequestsThatWaitForRoomInAnEpochEndWithATimeoutToo) {
  shard_rig rig;
  rig.ask("b1", "add 1");
  rig.ask("a1", "fill " + std::to_string(limits::epoch_bytes_max + 1));
  const auto waiting = rig.ask("a2", "add 1");
  rig.tick(rig.timeout_ms);
  EXPECT_EQ(rig.reply(waiting), "timeout");
  rig.settle();
  EXPECT_EQ(rig.reply(waiting), "timeout") << "a second answer";
  EXPECT_EQ(rig.reply(rig.ask("a2", "read")), "balance 0") << "it took effect after all";
}

} // namespace
} // namespace orderd::runtime
