// The cluster over HTTP: every node is asked, and who does not answer is named.
#include "cluster/http/conditions.hpp"
#include "cluster/http/overview.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/unit/cluster/http/door_bench.hpp"

#include <fstream>
#include <iterator>

namespace orderd::cluster {
namespace {

/// Two nodes; the second one is down.
v1::reply two_nodes(const question& asked) {
  v1::reply out;
  if (asked.what->has_get_cluster()) {
    for (std::uint32_t node = 1; node <= 2; ++node) {
      auto& view = *out.mutable_cluster_status()->add_nodes();
      view.set_node(node);
      view.set_client_endpoint("127.0.0." + std::to_string(node) + ":7411");
    }
    return out;
  }
  if (asked.endpoint == "127.0.0.2:7411")
    return fault_reply(v1::fault::UNAVAILABLE);
  if (asked.what->has_get_status())
    out.mutable_node_status()->set_admitting(true);
  else if (asked.what->has_get_log())
    out.mutable_log_page()->add_lines("2026-11-28T06:00:00.000Z level=info");
  else
    out.mutable_node_history()->set_version("0.1.0");
  return out;
}

TEST(NodeRoutes, NameTheNodeThatDoesNotAnswer) {
  door_bench bench;
  bench.cluster->answer = two_nodes;
  const auto nodes = body_of(bench.get("/v1/nodes"))["items"];
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_TRUE(nodes[0]["error"].is_null());
  EXPECT_EQ(nodes[0]["status"]["admitting"], true);
  EXPECT_EQ(nodes[1]["error"], "no");
  EXPECT_TRUE(nodes[1]["status"].is_null());
  const auto log = body_of(bench.get("/v1/log?containing=info&limit=7"));
  EXPECT_EQ(log["items"][0]["node"], 1);
  EXPECT_EQ(log["unanswered"][0]["node"], 2);
  EXPECT_EQ(bench.cluster->asked.back().what->get_log().limit(), 7u);
  const auto overview = body_of(bench.get("/v1/overview?seconds=10"));
  EXPECT_EQ(overview["nodes"][0]["reachable"], true);
  EXPECT_EQ(overview["nodes"][1]["reachable"], false);
  EXPECT_EQ(overview["conditions"][0]["name"], "OrderdDown");
  EXPECT_FALSE(body_of(bench.get("/v1/cluster"))["now"].is_null());
  EXPECT_EQ(bench.get("/v1/overview?seconds=3601").status, 400);
}

told_by_node report(std::uint32_t node, std::vector<v1::history_sample> samples) {
  told_by_node out{.node = node};
  out.history.emplace();
  out.history->set_node(node);
  for (auto& each : samples)
    *out.history->add_samples() = std::move(each);
  return out;
}

v1::history_sample at(std::int64_t second, std::uint32_t confirmed = 0) {
  v1::history_sample out;
  out.set_at_ms(second * 1'000 + 17);
  out.set_confirmed(confirmed);
  return out;
}

TEST(Overview, AddsCountsAndTakesTheWorstOfTheRest) {
  auto one = at(100, 3);
  one.set_p99_us(10);
  one.set_drain_s(5);
  one.set_disk_used(0.5F);
  auto& refused = *one.add_refusals();
  refused.set_name("overloaded");
  refused.set_count(2);
  auto& doubt = *one.add_in_doubt();
  doubt.set_currency("GBP");
  doubt.set_payments(1);
  doubt.set_amount_minor(500);
  doubt.set_oldest_s(7);
  auto two = one;
  two.set_p99_us(20);
  two.set_drain_s(4'294'967'295u);
  const auto merged = merge_samples({report(1, {one}), report(2, {two})});
  ASSERT_EQ(merged.size(), 1u);
  const auto body = to_json(merged[0]);
  EXPECT_EQ(body["confirmed"], 6);
  EXPECT_EQ(body["p99_us"], 20);
  EXPECT_TRUE(body["drain_s"].is_null()) << "never";
  EXPECT_EQ(body["disk_used"], 0.5);
  EXPECT_EQ(body["refusals"]["overloaded"], 4);
  EXPECT_EQ(body["in_doubt"][0]["payments"], 2);
  EXPECT_EQ(body["in_doubt"][0]["amount_minor"], 1'000);
  EXPECT_EQ(body["in_doubt"][0]["oldest_s"], 7);
}

TEST(Overview, EndsWhereEveryNodeThatKeepsUpHasTold) {
  const auto last = [](const std::vector<told_by_node>& nodes) {
    const auto merged = merge_samples(nodes);
    return merged.empty() ? 0 : merged.back().at_ms() / 1'000;
  };
  EXPECT_EQ(last({}), 0);
  EXPECT_EQ(last({report(1, {at(99), at(100)}), report(2, {at(99)})}), 99);
  EXPECT_EQ(last({report(1, {at(99), at(100)}), report(2, {at(50)})}), 100) << "one that is far behind";
  EXPECT_EQ(last({report(1, {at(99), at(100)}), report(2, {})}), 100);
}

TEST(Overview, PutsEventsOfAllNodesInOneLine) {
  auto one = report(1, {});
  auto two = report(2, {});
  for (int i = 0; i < 150; ++i) {
    one.history->add_events()->set_at_ms(2 * i);
    two.history->add_events()->set_at_ms(2 * i + 1);
  }
  const auto events = merge_events({one, two});
  ASSERT_EQ(events.size(), events_max);
  EXPECT_EQ(events.back()["node"], 2);
  EXPECT_EQ(events.front()["at"], format_time(100));
}

struct judged {
  std::function<void(v1::history_sample&)> sample;
  const char* name;
};

TEST(Conditions, AreTrueAsLongAsTheSamplesBreakTheirRule) {
  const judged all[] = {
      {[](auto& one) { one.set_oldest_unsettled_s(121); }, "OrderdOrderStuck"},
      {[](auto& one) { one.add_refusals()->set_count(1); }, "OrderdRefusesOrders"},
      {[](auto& one) { one.add_in_doubt()->set_oldest_s(121); }, "OrderdMoneyInDoubtOld"},
      {[](auto& one) { one.set_missing_copies(1); }, "OrderdCopyMissing"},
      {[](auto& one) { one.set_quarantined(1); }, "OrderdEntityQuarantined"},
      {[](auto& one) { one.set_disk_used(0.81F); }, "OrderdDiskFilling"},
      {[](auto& one) { one.set_p99_us(250'001); }, "OrderdSlow"},
  };
  for (const auto& each : all) {
    std::vector<v1::history_sample> samples;
    for (int second = 100; second < 120; ++second) {
      samples.push_back(at(second));
      if (second >= 105)
        each.sample(samples.back());
    }
    const auto found = judge({samples, std::nullopt, {}});
    ASSERT_EQ(found.size(), 1u) << each.name;
    EXPECT_EQ(found[0].name, each.name);
    EXPECT_EQ(found[0].since_ms, samples[5].at_ms()) << each.name;
    samples.push_back(at(120));
    EXPECT_TRUE(judge({samples, std::nullopt, {}}).empty()) << each.name << " is over";
  }
}

TEST(Conditions, SeeWhatClusterAndNodesSay) {
  v1::cluster_status cluster;
  auto& shard = *cluster.add_shards();
  shard.set_shard(4);
  shard.set_refusing_because("too few copies");
  shard.add_missed()->set_node(2);
  told_by_node full{.node = 1};
  full.status.emplace();
  full.status->set_refusing_because("the disk is full");
  const std::vector<v1::history_sample> none;
  const auto found = judge({none, cluster, {full}});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].name, "OrderdShardNotServed");
  EXPECT_EQ(found[0].text, "shard 4: too few copies");
  EXPECT_EQ(found[1].name, "OrderdRefusesOrders");
  EXPECT_EQ(found[2].name, "OrderdCopyMissing");
}

TEST(Conditions, HaveTheNamesOfAlerts) {
  std::string alerts;
  for (const auto* subject : {"cluster", "nodes", "objectives", "orders", "storage"}) {
    std::ifstream file{test::source_dir() + "/config/prometheus/alerts_" + subject + ".yml"};
    alerts.append(std::istreambuf_iterator<char>{file}, {});
  }
  for (const auto name : condition_names())
    EXPECT_NE(alerts.find("alert: " + std::string{name} + "\n"), std::string::npos) << name;
}

} // namespace
} // namespace orderd::cluster
