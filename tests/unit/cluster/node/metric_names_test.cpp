// The names of all metrics, and the files for operators that use them.
#include "cluster/gateway/connection_metrics.hpp"
#include "cluster/grpc/grpc_metrics.hpp"
#include "cluster/http/http_metrics.hpp"
#include "cluster/node/caf_metrics.hpp"
#include "cluster/node/disk_metrics.hpp"
#include "cluster/peers/cluster_metrics.hpp"
#include "runtime/base/log_metrics.hpp"
#include "runtime/base/process_metrics.hpp"
#include "runtime/engine/scrub_metrics.hpp"
#include "tests/support/source_dir.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

/// Those of an actor system with an actor that is measured.
std::vector<prometheus::MetricFamily> families_of_caf() {
  caf::telemetry::metric_registry registry;
  const std::array<double, 1> bounds{1};
  registry.counter_singleton("caf.system", "rejected-messages", "Rejected.", "1", true);
  registry.counter_singleton("caf.system", "processed-messages", "Processed.", "1", true);
  registry.gauge_singleton("caf.system", "running-actors", "Running.");
  registry.gauge_singleton("caf.system", "queued-messages", "Queued.", "1", true);
  registry.gauge_family("caf.actor", "mailbox-size", {"name"}, "Size.")->get_or_add({{"name", "x"}});
  for (const auto* name : {"processing-time", "mailbox-time"})
    registry.histogram_family<double>("caf.actor", name, {"name"}, bounds, "Time.", "seconds")
        ->get_or_add({{"name", "x"}});
  return families_of(registry);
}

/// Gives each labelled family of them a child.
void show_children(runtime::metrics& metrics, cluster_metrics& of_cluster) {
  for (auto* one :
       {&metrics.requests, &metrics.admission_refusals, &metrics.orders_settled, &metrics.entity_restarts,
        &metrics.provider_calls, &of_cluster.bytes, &of_cluster.messages, &of_cluster.drops,
        &of_cluster.refusals, &of_cluster.heartbeats, &of_cluster.store_calls, &of_cluster.doubts,
        &metrics.client_refusals, &metrics.long_turns})
    one->at("x");
  for (auto* one : {&metrics.unsettled_orders,
                    &metrics.oldest_unsettled_order_age,
                    &metrics.state_bytes,
                    &metrics.apply_lag_epochs,
                    &metrics.unapplied_bytes,
                    &metrics.live_entities,
                    &metrics.quarantined_entities,
                    &metrics.channel_backlog,
                    &metrics.journal_shard_bytes,
                    &metrics.journal_oldest,
                    &metrics.wall_clock_ahead,
                    &of_cluster.link_up,
                    &of_cluster.term,
                    &of_cluster.serving,
                    &of_cluster.led,
                    &of_cluster.takeover,
                    &metrics.unsettled_by_status,
                    &metrics.oldest_by_status,
                    &metrics.drain,
                    &metrics.disk_bytes,
                    &metrics.saturation,
                    &of_cluster.missing_copies,
                    &of_cluster.copying_followers,
                    &metrics.corrected_pages,
                    &metrics.state_salvaged,
                    &metrics.lost_ranges,
                    &of_cluster.follower_lag,
                    &of_cluster.in_flight,
                    &of_cluster.in_flight_max,
                    &of_cluster.store_trouble})
    one->at("x");
}

/// Every family of a node of a cluster: one with labels is shown from its first child on.
std::vector<prometheus::MetricFamily> all_families() {
  runtime::metrics metrics{"1"};
  cluster_metrics of_cluster;
  disk_metrics of_disk;
  of_disk.starts.at("x");
  of_disk.given_up.at("x");
  of_disk.held_trouble.at("x");
  show_children(metrics, of_cluster);
  http_metrics of_http;
  of_http.requests.at("x", "200");
  of_http.refusals.at("x");
  metrics.money_in_doubt.show(0, {{"GBP", 1, 1, 1}});
  const runtime::process_metrics of_process;
  const runtime::scrub_metrics of_scrub;
  const runtime::log_metrics of_log;
  const connection_metrics of_connections;
  const grpc_metrics of_grpc;
  auto all = families_of_caf();
  for (const auto* page : std::initializer_list<const prometheus::Collectable*>{
           &metrics, &of_process, &of_scrub, &of_log, &of_connections, &of_http, &of_grpc, &of_disk,
           &of_cluster})
    for (auto& each : page->Collect())
      all.push_back(std::move(each));
  return all;
}

TEST(MetricNames, FollowTheConventionsOfPrometheus) {
  std::set<std::string> seen;
  for (const auto& family : all_families()) {
    EXPECT_TRUE(family.name.starts_with("orderd_") || family.name.starts_with("process_")
                || family.name.starts_with("caf_"))
        << family.name;
    EXPECT_TRUE(seen.insert(family.name).second) << family.name << " appears twice";
    EXPECT_TRUE(family.help.ends_with('.')) << family.name << " has no sentence of help";
    EXPECT_EQ(family.type == prometheus::MetricType::Counter, family.name.ends_with("_total")) << family.name;
  }
}

/// The files for operators that name metrics: rules, and sources of dashboards.
std::vector<std::filesystem::path> files_that_name() {
  std::vector<std::filesystem::path> found;
  for (const auto* folder : {"/config/prometheus", "/config/dashboards"})
    for (const auto& each : std::filesystem::directory_iterator{test::source_dir() + folder})
      if (each.path().extension() == ".yml" || each.path().extension() == ".toml")
        found.push_back(each.path());
  return found;
}

/// The metrics that a file names. A rule's own record is `orderd:...`.
std::set<std::string> names_in(const std::filesystem::path& file) {
  std::ifstream in{file};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const std::regex name{"\\b(orderd|process|caf)_[a-z_]+"};
  return {std::sregex_token_iterator{text.begin(), text.end(), name}, std::sregex_token_iterator{}};
}

TEST(MetricNames, AlertsAndDashboardsUseOnlyThoseThatExist) {
  std::set<std::string> there;
  for (const auto& family : all_families()) {
    there.insert(family.name);
    if (family.type == prometheus::MetricType::Histogram)
      there.insert({family.name + "_bucket", family.name + "_count", family.name + "_sum"});
  }
  std::size_t named = 0;
  for (const auto& file : files_that_name()) {
    for (const auto& name : names_in(file)) {
      EXPECT_TRUE(there.contains(name)) << file << " names " << name;
      ++named;
    }
  }
  EXPECT_GE(named, 60u);
}

} // namespace
} // namespace orderd::cluster
