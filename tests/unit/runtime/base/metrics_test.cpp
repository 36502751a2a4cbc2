#include "runtime/base/metrics.hpp"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <string>

namespace orderd::runtime {
namespace {

std::string page_of(const metrics& what) {
  return prometheus::TextSerializer{}.Serialize(what.Collect());
}

bool shows(const metrics& what, const std::string& line) {
  return page_of(what).find(line + "\n") != std::string::npos;
}

TEST(Metrics, ShowsWhatWasCountedUnderItsLabels) {
  runtime::metrics metrics{"1.2.3"};
  metrics.requests.at("place_order", "ok").Increment(5);
  metrics.requests.at("place_order", "fault").Increment();
  metrics.apply_lag_epochs.at(3).Set(7);
  metrics.live_entities.at("order", "0").Set(12);
  EXPECT_TRUE(shows(metrics, R"(orderd_requests_total{outcome="ok",type="place_order"} 5)"));
  EXPECT_TRUE(shows(metrics, R"(orderd_requests_total{outcome="fault",type="place_order"} 1)"));
  EXPECT_TRUE(shows(metrics, R"(orderd_apply_lag_epochs{shard="3"} 7)"));
  EXPECT_TRUE(shows(metrics, R"(orderd_live_entities{kind="order",shard="0"} 12)"));
  EXPECT_TRUE(shows(metrics, R"(orderd_build_info{version="1.2.3"} 1)"));
}

TEST(Metrics, ShowsEachStageOfARequest) {
  runtime::metrics metrics{"1"};
  metrics.commit_stage.observe(std::chrono::milliseconds{3});
  EXPECT_TRUE(shows(metrics, R"(orderd_stage_duration_seconds_count{stage="commit"} 1)"));
  EXPECT_TRUE(shows(metrics, R"(orderd_stage_duration_seconds_count{stage="queue"} 0)"));
}

TEST(Metrics, GivesTheSameChildForTheSameLabels) {
  runtime::metrics metrics{"1"};
  auto& first = metrics.requests.at("get_order", "ok");
  EXPECT_EQ(&first, &metrics.requests.at("get_order", "ok"));
  EXPECT_NE(&first, &metrics.requests.at("get_order", "fault"));
}

} // namespace
} // namespace orderd::runtime
