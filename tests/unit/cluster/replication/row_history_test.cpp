#include "cluster/replication/row_history.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

constexpr auto every = limits::rows_compared_every;

TEST(RowHistory, ComparesWhatBothHave) {
  row_history rows;
  rows.applied({10, 1});
  rows.applied({20, 2});
  EXPECT_FALSE(rows.differs(2, {}));
  EXPECT_FALSE(rows.differs(2, {10, 1}));
  EXPECT_FALSE(rows.differs(2, {15, 7})) << "of that there is none here";
  EXPECT_EQ(rows.differs(2, {20, 3}), (rows_at{20, 2}));
}

TEST(RowHistory, ComparesWhatWasAheadOnceItIsThere) {
  row_history rows;
  EXPECT_FALSE(rows.differs(2, {20, 3}));
  EXPECT_FALSE(rows.differs(3, {30, 4}));
  rows.applied({20, 2});
  const auto found = rows.caught_up();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node, 2u);
  EXPECT_EQ(found->here, (rows_at{20, 2}));
  EXPECT_FALSE(rows.caught_up());
  rows.applied({30, 4});
  EXPECT_FALSE(rows.caught_up());
}

TEST(RowHistory, KeepsThoseThatEveryReplicaHasForLonger) {
  row_history rows;
  rows.applied({every, 5});
  for (std::uint64_t i = 1; i <= 100; ++i)
    rows.applied({every + i, i});
  EXPECT_FALSE(rows.differs(2, {every + 1, 99})) << "forgotten";
  EXPECT_TRUE(rows.differs(2, {every, 6}));
  for (std::uint64_t i = 2; i <= 5; ++i)
    rows.applied({i * every, i});
  EXPECT_FALSE(rows.differs(2, {every, 6})) << "forgotten";
}

TEST(RowHistory, TellsFirstWhatEveryReplicaHas) {
  row_history rows;
  EXPECT_EQ(rows.tell(), rows_at{});
  EXPECT_FALSE(rows.untold());
  rows.applied({every, 5});
  rows.applied({every + 1, 6});
  EXPECT_TRUE(rows.untold());
  EXPECT_EQ(rows.tell(), (rows_at{every, 5}));
  EXPECT_TRUE(rows.untold());
  EXPECT_EQ(rows.tell(), (rows_at{every + 1, 6}));
  EXPECT_FALSE(rows.untold());
  rows.forget();
  EXPECT_EQ(rows.tell(), rows_at{});
}

} // namespace
} // namespace orderd::cluster
