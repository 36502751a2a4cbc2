// A journal with epochs that the version before kept, among those of this one.
#include "cluster/replication/replica_log.hpp"

#include "tests/support/noting_port.hpp"
#include "tests/support/older_version.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using sameness = replica_log::sameness;

class ReplicaLogUpgrade : public testing::Test {
protected:
  replica_log empty() { return {{}, {}, port_, steady_time{}}; }

  const runtime::epoch_ptr first_ = test::make_epoch(1, 1, 0);
  const runtime::epoch_ptr second_ = test::make_next(*first_, 1);
  /// It keeps an epoch without what it does not know: as the same epoch under another checksum.
  const runtime::epoch_ptr kept_ = test::kept_by_an_older_version(*first_);
  test::noting_port port_;
};

TEST_F(ReplicaLogUpgrade, GoesOnBehindAnEpochOfTheVersionBefore) {
  auto log = empty();
  EXPECT_TRUE(log.continues(std::vector{kept_, second_}));
  log.append(kept_);
  EXPECT_EQ(log.hash_at(1), 0u);
  EXPECT_TRUE(log.continues(std::vector{second_}));
}

TEST_F(ReplicaLogUpgrade, TakesTheTwoFormsOfAnEpochForTheSame) {
  auto log = empty();
  log.append(kept_);
  EXPECT_EQ(log.compare(*first_), sameness::same);
  auto other = empty();
  other.append(first_);
  EXPECT_EQ(other.compare(*kept_), sameness::same);
}

} // namespace
} // namespace orderd::cluster
