// The disks of a node as the store remembers them: the last ones, with their starts.
#include "cluster/known_disks.hpp"

#include "config/start_limits.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(KnownDisks, RemembersTheLastOnes) {
  auto known = with_disk({}, {1, 1}, 7);
  EXPECT_EQ(7, known.since_ms);
  known = with_disk(known, {1, 2}, 8);
  EXPECT_EQ(7, known.since_ms);
  for (std::uint64_t incarnation = 2; incarnation <= 40; ++incarnation)
    known = with_disk(known, {incarnation, incarnation * 10}, 9);
  EXPECT_EQ(limits::earlier_disks_max, known.earlier.size());
  EXPECT_EQ(std::nullopt, starts_of(known, 1));
  EXPECT_EQ(390u, starts_of(known, 39));
  EXPECT_EQ(400u, starts_of(known, 40));
  known = with_disk(known, {39, 391}, 10);
  EXPECT_EQ(391u, starts_of(known, 39));
  EXPECT_EQ(400u, starts_of(known, 40));
  EXPECT_EQ(limits::earlier_disks_max, known.earlier.size());
  EXPECT_EQ(known, *decode_known_disks(encode(3, known)));
}

TEST(KnownDisks, ReadsARecordOfAnEarlierVersion) {
  const known_node node{{4, 9}, "127.0.0.1:7411", "127.0.0.1:7511"};
  const auto read = decode_known_disks(encode(7, node));
  ASSERT_TRUE(read);
  EXPECT_EQ((known_disks{node, {}, 0}), *read);
  EXPECT_EQ(node, decode_known_node(encode(7, *read))->second);
  EXPECT_EQ(runtime::fault_code::corrupt, decode_known_disks("\xff\xff").error().code);
}

} // namespace
} // namespace orderd::cluster
