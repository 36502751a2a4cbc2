#include "cluster/replica_host/replica_metrics.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

constexpr replica_id one{1, 1};
constexpr replica_id two{2, 1};
constexpr replica_id three{3, 1};

/// Shard 4, led by node 1 in term 6, in sync with node 2, wanted on node 3 too.
replica_description led_by_one() {
  replica_description host;
  host.shard = 4;
  host.known = {9, {6, one, {one, two}, {}, {1, 2, 3}}};
  host.committed = 70;
  host.end = 75;
  return host;
}

struct shown_case {
  std::string name;
  replica_id self;
  bool serving = false;
  std::vector<follower_view> followers;
  std::vector<double> shows; ///< serving, missing copies, copying followers, lag
};

class ReplicaMetrics : public testing::TestWithParam<shown_case> {};

TEST_P(ReplicaMetrics, AreShown) {
  const auto& given = GetParam();
  cluster_metrics page;
  auto host = led_by_one();
  host.followers = given.followers;
  replica_metrics metrics{page, 4};
  metrics.show(host, given.self, given.serving);
  EXPECT_EQ(page.term.at(4).Value(), 6);
  EXPECT_EQ((std::vector<double>{page.serving.at(4).Value(), page.missing_copies.at(4).Value(),
                                 page.copying_followers.at(4).Value(), page.follower_lag.at(4).Value()}),
            given.shows);
}

INSTANTIATE_TEST_SUITE_P(
    Replicas, ReplicaMetrics,
    testing::Values(
        shown_case{
            "of_the_leader", one, true, {{two, true, false, 73}, {three, true, false, 60}}, {1, 1, 0, 15}},
        shown_case{
            "of_one_that_copies", one, true, {{two, true, false, 75}, {three, true, true, 0}}, {1, 1, 1, 0}},
        shown_case{"of_one_that_is_gone", one, true, {{two, false, false, 2}}, {1, 1, 0, 0}},
        shown_case{"of_one_that_may_not_commit", one, false, {{two, true, false, 75}}, {0, 1, 0, 0}},
        shown_case{"of_a_follower", two, false, {}, {0, 0, 0, 0}},
        shown_case{"of_a_disk_that_was_wiped", {1, 2}, false, {}, {0, 0, 0, 0}}),
    [](const auto& each) { return each.param.name; });

TEST(ReplicaMetricsOfACopyOnAnOldDisk, CountsACopyOfTheNodeWhicheverItsDisk) {
  cluster_metrics page;
  auto host = led_by_one();
  host.known.what.in_sync = {one, two, {3, 8}};
  replica_metrics{page, 4}.show(host, one, true);
  EXPECT_EQ(page.missing_copies.at(4).Value(), 0);
}

} // namespace
} // namespace orderd::cluster
