// What of CAF's own numbers is shown, under which names.
#include "cluster/node/caf_metrics.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <string>

namespace orderd::cluster {
namespace {

namespace telemetry = caf::telemetry;

TEST(CafMetrics, HaveTheirNamesWithUnderscoresAndUnits) {
  const struct {
    const char* prefix;
    const char* name;
    const char* unit;
    bool counts;
    const char* shown;
  } rows[] = {
      {"caf.system", "running-actors", "1", false, "caf_system_running_actors"},
      {"caf.system", "queued-messages", "1", false, "caf_system_queued_messages"},
      {"caf.system", "processed-messages", "1", true, "caf_system_processed_messages_total"},
      {"caf.system", "rejected-messages", "1", true, "caf_system_rejected_messages_total"},
      {"caf.actor", "mailbox-size", "1", false, "caf_actor_mailbox_size"},
      {"caf.actor", "mailbox-time", "seconds", false, "caf_actor_mailbox_time_seconds"},
      {"caf.actor", "processing-time", "seconds", false, "caf_actor_processing_time_seconds"},
      {"caf.actor.stream", "pushed-elements", "1", true, ""},
      {"caf.system", "something-new", "1", false, ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(caf_metric_name(row.prefix, row.name, row.unit, row.counts), row.shown) << row.name;
}

TEST(CafMetrics, ShowCountersGaugesAndHistogramsWithTheirLabels) {
  telemetry::metric_registry registry;
  registry.counter_singleton("caf.system", "processed-messages", "Processed.")->inc(7);
  registry.gauge_singleton("caf.system", "something-new", "Not shown.")->value(1);
  auto* sizes = registry.gauge_family("caf.actor", "mailbox-size", {"name"}, "Size.");
  sizes->get_or_add({{"name", "orderd.gateway"}})->value(3);
  sizes->get_or_add({{"name", "orderd.journal"}})->value(4);
  const std::array<double, 2> bounds{0.1, 1};
  auto* times =
      registry.histogram_family<double>("caf.actor", "mailbox-time", {"name"}, bounds, "Time.", "seconds");
  for (const double value : {0.05, 0.5, 5.0})
    times->get_or_add({{"name", "orderd.node"}})->observe(value);

  const auto shown = families_of(registry);
  ASSERT_EQ(shown.size(), 3u);
  EXPECT_EQ(shown[0].name, "caf_system_processed_messages_total");
  EXPECT_EQ(shown[0].type, prometheus::MetricType::Counter);
  EXPECT_EQ(shown[0].metric.at(0).counter.value, 7);
  EXPECT_EQ(shown[1].name, "caf_actor_mailbox_size");
  ASSERT_EQ(shown[1].metric.size(), 2u);
  EXPECT_EQ(shown[1].metric[1].label.at(0).name, "name");
  EXPECT_EQ(shown[1].metric[1].label.at(0).value, "orderd.journal");
  EXPECT_EQ(shown[1].metric[1].gauge.value, 4);
  const auto& histogram = shown[2].metric.at(0).histogram;
  EXPECT_EQ(shown[2].name, "caf_actor_mailbox_time_seconds");
  ASSERT_EQ(histogram.bucket.size(), 3u);
  EXPECT_EQ(histogram.bucket[1].cumulative_count, 2u);
  EXPECT_EQ(histogram.bucket[2].upper_bound, std::numeric_limits<double>::infinity());
  EXPECT_EQ(histogram.sample_count, 3u);
  EXPECT_DOUBLE_EQ(histogram.sample_sum, 5.55);
}

TEST(CafMetrics, ShowNothingOnceTheSystemIsGone) {
  std::shared_ptr<prometheus::Collectable> page;
  {
    telemetry::metric_registry registry;
    registry.counter_singleton("caf.system", "processed-messages", "Processed.")->inc();
    const caf_metrics made{registry};
    page = made.page();
    EXPECT_EQ(page->Collect().size(), 1u);
  }
  EXPECT_TRUE(page->Collect().empty());
}

} // namespace
} // namespace orderd::cluster
