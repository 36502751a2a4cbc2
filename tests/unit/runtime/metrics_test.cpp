#include "runtime/metrics.hpp"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace orderd::runtime {
namespace {

std::string page_of(const metrics& what) {
  return prometheus::TextSerializer{}.Serialize(what.Collect());
}

bool shows(const metrics& what, const std::string& line) {
  return page_of(what).find(line + "\n") != std::string::npos;
}

TEST(Metrics, ShowsWhatWasCountedUnderItsLabels) {
  metrics numbers{"1.2.3"};
  numbers.requests.at("place_order", "ok").Increment(5);
  numbers.requests.at("place_order", "fault").Increment();
  numbers.apply_lag_epochs.at(3).Set(7);
  numbers.live_entities.at("order", "0").Set(12);
  EXPECT_TRUE(shows(numbers, R"(orderd_requests_total{outcome="ok",type="place_order"} 5)"));
  EXPECT_TRUE(shows(numbers, R"(orderd_requests_total{outcome="fault",type="place_order"} 1)"));
  EXPECT_TRUE(shows(numbers, R"(orderd_apply_lag_epochs{shard="3"} 7)"));
  EXPECT_TRUE(shows(numbers, R"(orderd_live_entities{kind="order",shard="0"} 12)"));
  EXPECT_TRUE(shows(numbers, R"(orderd_build_info{version="1.2.3"} 1)"));
}

TEST(Metrics, ShowsEachStageOfARequest) {
  metrics numbers{"1"};
  numbers.commit_stage.observe(std::chrono::milliseconds{3});
  EXPECT_TRUE(shows(numbers, R"(orderd_stage_duration_seconds_count{stage="commit"} 1)"));
  EXPECT_TRUE(shows(numbers, R"(orderd_stage_duration_seconds_count{stage="queue"} 0)"));
}

TEST(Metrics, GivesTheSameChildForTheSameLabels) {
  metrics numbers{"1"};
  auto& first = numbers.requests.at("get_order", "ok");
  EXPECT_EQ(&first, &numbers.requests.at("get_order", "ok"));
  EXPECT_NE(&first, &numbers.requests.at("get_order", "fault"));
}

TEST(Metrics, GivesOneChildToThreadsThatAskTogether) {
  metrics numbers{"1"};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1'000; ++n)
        numbers.provider_calls.at("answered").Increment();
    });
  threads.clear();
  EXPECT_EQ(numbers.provider_calls.at("answered").Value(), 4'000);
}

/// Every family: one with labels is shown from its first child on.
std::vector<prometheus::MetricFamily> all_families(metrics& numbers) {
  for (auto* one : {&numbers.requests, &numbers.admission_refusals, &numbers.orders_settled,
                    &numbers.entity_restarts, &numbers.provider_calls})
    one->at("x");
  for (auto* one : {&numbers.unsettled_orders, &numbers.oldest_unsettled_order_age, &numbers.state_bytes,
                    &numbers.apply_lag_epochs, &numbers.unapplied_bytes, &numbers.live_entities,
                    &numbers.quarantined_entities, &numbers.channel_backlog})
    one->at("x");
  return numbers.Collect();
}

TEST(Metrics, FollowsThePrometheusConventionsForNames) {
  metrics numbers{"1"};
  std::set<std::string> seen;
  for (const auto& family : all_families(numbers)) {
    EXPECT_TRUE(family.name.starts_with("orderd_")) << family.name;
    EXPECT_TRUE(seen.insert(family.name).second) << family.name << " appears twice";
    EXPECT_TRUE(family.help.ends_with('.')) << family.name << " has no sentence of help";
    EXPECT_EQ(family.type == prometheus::MetricType::Counter, family.name.ends_with("_total")) << family.name;
  }
}

/// The metrics that a file of config/prometheus/ names.
std::set<std::string> names_in(const std::string& file) {
  std::ifstream in{ORDERD_SOURCE_DIR "/config/prometheus/" + file};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const std::regex name{"orderd_[a-z_]+"};
  return {std::sregex_token_iterator{text.begin(), text.end(), name}, std::sregex_token_iterator{}};
}

TEST(Metrics, AlertsAndDashboardNameOnlyMetricsThatExist) {
  metrics numbers{"1"};
  std::set<std::string> there;
  for (const auto& family : all_families(numbers)) {
    there.insert(family.name);
    if (family.type == prometheus::MetricType::Histogram)
      there.insert(family.name + "_bucket");
  }
  for (const auto* file : {"alerts.yml", "dashboard.json"}) {
    const auto named = names_in(file);
    EXPECT_GE(named.size(), 8u) << file;
    for (const auto& name : named)
      EXPECT_TRUE(there.contains(name)) << file << " names " << name;
  }
}

} // namespace
} // namespace orderd::runtime
