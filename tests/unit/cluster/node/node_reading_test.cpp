#include "cluster/node/node_reading.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(NodeReading, HasWhatTheMetricsSay) {
  runtime::metrics node{"1"};
  cluster_metrics cluster;
  const node_readings readings{node, cluster, 2};
  node.orders_settled.at("confirmed").Increment(7);
  node.admission_refusals.at("overloaded").Increment(3);
  node.request_duration.observe(std::chrono::milliseconds{3}, 5);
  node.disk_used.Set(0.5);
  node.money_in_doubt.show(0, {{"EUR", 1, 100, 2'000}, {"GBP", 1, 1, 1}});
  node.money_in_doubt.show(0, {{"EUR", 1, 100, 2'000}});
  cluster.led.at(1).Set(1);
  cluster.serving.at(1).Set(1);
  cluster.term.at(1).Set(9);
  cluster.takeover.at(1).Set(0.5);
  node.unsettled_orders.at(1).Set(40);
  const auto now = readings.read(1'234);
  EXPECT_EQ(now.at_ms, 1'234);
  EXPECT_EQ(now.confirmed, 7u);
  EXPECT_EQ(now.rejected, 0u);
  ASSERT_EQ(now.refusals.size(), 1u);
  EXPECT_EQ(now.refusals[0].second, 3u);
  EXPECT_EQ(now.requests, node.request_duration.counts());
  EXPECT_EQ(now.disk_used, 0.5);
  ASSERT_EQ(now.in_doubt.size(), 1u);
  EXPECT_EQ(now.in_doubt[0].currency, "EUR");
  ASSERT_EQ(now.shards.size(), 2u);
  EXPECT_FALSE(now.shards[0].led);
  EXPECT_TRUE(now.shards[1].serving);
  EXPECT_EQ(now.shards[1].term, 9u);
  EXPECT_EQ(now.shards[1].takeover_s, 0.5);
  EXPECT_EQ(now.shards[1].unsettled, 40u);
}

TEST(NodeReading, ShowsHowFullTheFullestShardIs) {
  runtime::metrics node{"1"};
  node.unapplied_bytes.at(0).Set(10);
  node.unapplied_bytes.at(1).Set(50);
  node.unsettled_orders.at(0).Set(3);
  node.live_entities.at("order", "0").Set(1);
  node.live_entities.at("item", "0").Set(2);
  node.live_entities.at("item", "1").Set(2);
  show_shards_saturation(node, {.unapplied_bytes = 100, .live_entities = 4, .unsettled = 0});
  EXPECT_EQ(node.saturation.at("unapplied").Value(), 0.5);
  EXPECT_EQ(node.saturation.at("live_entities").Value(), 0.75);
  EXPECT_EQ(node.saturation.at("unsettled").Value(), 0);
}

} // namespace
} // namespace orderd::cluster
