// What a replica is told of its disk when it starts.
#include "cluster/node/replica_disk.hpp"

#include "cluster/replication/replica_note.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

runtime::replica_storage found_with(bool copying) {
  runtime::replica_storage out;
  out.applied = {310, 7, 0, 5'000};
  out.journal_first = 300;
  out.end = {320, 7, 0, 6'000};
  out.terms = {{7, 300}};
  replica_note note;
  note.promised = 7;
  note.copying = copying;
  note.starts = {{7, 200}};
  out.note = encode(note);
  return out;
}

TEST(ReplicaDisk, StartsAReplicaWithWhatItsDiskHolds) {
  const auto start = start_of(found_with(false));
  ASSERT_TRUE(start);
  EXPECT_EQ(start->applied, 310u);
  EXPECT_EQ(start->journal_first, 300u);
  EXPECT_EQ(start->end, 320u);
  EXPECT_EQ(start->starts.size(), 1u);
  EXPECT_EQ(start->promised, 7u);
}

TEST(ReplicaDisk, AnIncompleteCopyCountsAsNothing) {
  const auto start = start_of(found_with(true));
  ASSERT_TRUE(start);
  EXPECT_TRUE(start->copying);
  EXPECT_EQ(start->applied, 0u) << "it would be committed here, and missed in a primary that is behind";
  EXPECT_EQ(start->end, 0u);
  EXPECT_EQ(start->journal_first, 0u);
  EXPECT_TRUE(start->starts.empty());
  EXPECT_EQ(start->promised, 7u) << "a promise holds";
  EXPECT_EQ(start->time_ms, 6'000) << "its time never goes back";
}

} // namespace
} // namespace orderd::cluster
