#include "runtime/shard/pending_scans.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

/// A scan of request `id`.
pending_scans::scan scan_of(std::uint64_t id, std::uint64_t needs_epoch, std::int64_t deadline_at = 1'000) {
  return {needs_epoch, {1, id}, deadline_at, nullptr};
}

std::string due(pending_scans& scans, std::uint64_t applied, std::size_t count_max = 100) {
  std::string all;
  for (const auto& each : scans.take_due(applied, count_max))
    all += std::to_string(each.from.request_id) + ' ';
  return all;
}

std::string late(pending_scans& scans, std::int64_t now) {
  std::string all;
  for (const auto& each : scans.expire(now))
    all += std::to_string(each.request_id) + ' ';
  return all;
}

TEST(PendingScans, WaitUntilTheirEpochIsApplied) {
  pending_scans scans;
  scans.add(scan_of(1, 7));
  EXPECT_EQ(due(scans, 6), "");
  EXPECT_EQ(due(scans, 7), "1 ");
  EXPECT_TRUE(scans.empty());
}

TEST(PendingScans, ThatMayBeAnsweredPassThoseThatWait) {
  pending_scans scans;
  scans.add(scan_of(1, 9));
  scans.add(scan_of(2, 7));
  scans.add(scan_of(3, 8));
  EXPECT_EQ(due(scans, 8), "2 3 ");
  EXPECT_EQ(due(scans, 9), "1 ");
}

TEST(PendingScans, AreTakenAFewAtATimeAsTheyCame) {
  pending_scans scans;
  for (std::uint64_t id = 1; id <= 5; ++id)
    scans.add(scan_of(id, 1));
  EXPECT_EQ(due(scans, 1, 2), "1 2 ");
  EXPECT_EQ(due(scans, 1, 2), "3 4 ");
  EXPECT_EQ(due(scans, 1, 2), "5 ");
}

TEST(PendingScans, DoNotWaitForAnEpochThatCameToNothing) {
  pending_scans scans;
  scans.add(scan_of(1, 3));
  scans.add(scan_of(2, 5));
  scans.need_at_most(4);
  EXPECT_EQ(due(scans, 3), "1 ");
  EXPECT_EQ(due(scans, 4), "2 ");
}

TEST(PendingScans, EndAtTheirDeadlines) {
  pending_scans scans;
  scans.add(scan_of(1, 9, 100));
  scans.add(scan_of(2, 9, 200));
  EXPECT_EQ(late(scans, 99), "");
  EXPECT_EQ(late(scans, 100), "1 ");
  EXPECT_EQ(late(scans, 100), "") << "a second answer";
  EXPECT_EQ(due(scans, 9), "2 ");
}

TEST(PendingScans, AreBounded) {
  pending_scans scans;
  for (std::uint64_t id = 1; id <= limits::waiting_scans_max; ++id) {
    EXPECT_FALSE(scans.is_full());
    scans.add(scan_of(id, 1));
  }
  EXPECT_TRUE(scans.is_full());
  due(scans, 1, 1);
  EXPECT_FALSE(scans.is_full());
}

} // namespace
} // namespace orderd::runtime
