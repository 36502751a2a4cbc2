#include "cluster/configuration/membership.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace orderd::cluster {

namespace {

TEST(Membership, SpreadsPrimariesAndCopiesEvenly) {
  const std::vector<std::uint32_t> nodes{2, 5, 7, 9};
  std::map<std::uint32_t, int> primaries;
  std::map<std::uint32_t, int> copies;
  for (std::uint32_t shard = 0; shard < 8; ++shard) {
    const auto placed = first_placement(shard, nodes, 3);
    ASSERT_EQ(3u, placed.size());
    EXPECT_EQ(3u, std::set<std::uint32_t>(placed.begin(), placed.end()).size());
    ++primaries[placed.front()];
    for (const auto node : placed)
      ++copies[node];
  }
  for (const auto node : nodes) {
    EXPECT_EQ(2, primaries[node]);
    EXPECT_EQ(6, copies[node]);
  }
}

TEST(Membership, PlacesFewerCopiesWhenThereAreFewerNodes) {
  EXPECT_EQ((std::vector<std::uint32_t>{4}), first_placement(3, {4}, 3));
}

TEST(Membership, FindsAnotherPlaceWhereTheFewestCopiesAre) {
  auto now = first_assignment({1, 1}, {1});
  EXPECT_EQ(3u, next_place(now, {1, 2, 3}, 3, {{1, 4}, {2, 2}, {3, 1}}));
  now.nodes = {1, 3};
  EXPECT_EQ(2u, next_place(now, {1, 2, 3}, 3, {{1, 4}, {2, 2}, {3, 1}}));
  now.nodes = {1, 2, 3};
  EXPECT_FALSE(next_place(now, {1, 2, 3, 4}, 3, {}));
  now.nodes = {1, 2};
  EXPECT_FALSE(next_place(now, {1, 2}, 3, {}));
}

TEST(Membership, ReadsWhatItWrote) {
  const cluster_terms terms{"c1", 6, 3};
  EXPECT_EQ(terms, *decode_cluster_terms(encode(terms)));
  const known_node node{{4, 9}, "127.0.0.1:7411", "127.0.0.1:7511"};
  const auto read = decode_known_node(encode(7, node));
  EXPECT_EQ(7u, read->first);
  EXPECT_EQ(node, read->second);
  EXPECT_EQ("nodes/0007", name_of_node(7));
}

TEST(Membership, RefusesTermsThatCannotBe) {
  EXPECT_EQ(runtime::fault_code::corrupt, decode_cluster_terms("").error().code);
  EXPECT_EQ(runtime::fault_code::corrupt, decode_cluster_terms("\xff\xff").error().code);
  EXPECT_EQ(runtime::fault_code::corrupt, decode_known_node("\xff\xff").error().code);
}

} // namespace

} // namespace orderd::cluster
