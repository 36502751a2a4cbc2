// The disks of a node as the store remembers them: the last ones, with their starts.
#include "cluster/configuration/known_disks.hpp"

#include "config/start_limits.hpp"

#include <gtest/gtest.h>

#include <vector>

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

TEST(KnownDisks, TellsWhichRecordIsNewerWhicheverDiskServes) {
  const auto first = with_disk({}, {1, 5}, 1);
  const auto again = with_disk(first, {1, 6}, 2);
  const auto replaced = with_disk(again, {2, 1}, 3);
  const auto earlier_again = with_disk(replaced, {1, 7}, 4);
  const auto later_again = with_disk(earlier_again, {2, 2}, 5);
  const std::vector<known_disks> in_order{first, again, replaced, earlier_again, later_again};
  for (std::size_t i = 0; i < in_order.size(); ++i)
    for (std::size_t j = 0; j < in_order.size(); ++j)
      EXPECT_EQ(i > j, newer(in_order[i], in_order[j])) << i << " and " << j;
  // Records of versions that remembered no earlier disk.
  EXPECT_TRUE(newer({{{2, 1}, "", ""}, {}, 0}, {{{1, 9}, "", ""}, {}, 0}));
  EXPECT_FALSE(newer({{{1, 9}, "", ""}, {}, 0}, {{{2, 1}, "", ""}, {}, 0}));
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
