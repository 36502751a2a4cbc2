#include "cluster/top/top_model.hpp"

#include "tests/unit/cluster/top/top_bench.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

TEST(TopModel, AddsTheNewestSecondsOfAllNodesAndTheirMinute) {
  const auto figures = figures_of(test::small_cluster());
  EXPECT_TRUE(figures.known);
  EXPECT_EQ(figures.confirmed, 30u + 60u);
  EXPECT_EQ(figures.rejected, 6u);
  EXPECT_EQ(figures.requests, 63u + 123u);
  EXPECT_DOUBLE_EQ(figures.confirmed_mean, 15 + 30);
  EXPECT_EQ(figures.p99_us, 12'260u) << "of the slowest node";
  EXPECT_EQ(figures.oldest_s, 65u);
  EXPECT_EQ(figures.drain_s, 4u);
  ASSERT_EQ(figures.confirmed_by_second.size(), 60u);
  EXPECT_EQ(figures.confirmed_by_second.back(), 90u);
  EXPECT_EQ(figures.confirmed_by_second[56], 0u);
  EXPECT_EQ(figures.confirmed_by_second[57], 30u);
}

TEST(TopModel, TakesShardsFromWhoLeadsThem) {
  const auto model = test::small_cluster();
  const auto figures = figures_of(model);
  EXPECT_EQ(figures.unsettled, 11u);
  EXPECT_EQ(figures.quarantined, 1u);
  const auto shards = shards_of(model, top_order::number);
  ASSERT_EQ(shards.size(), 2u);
  EXPECT_EQ(shards[1].owner, 2u);
  EXPECT_EQ(shards[1].lag, 20u);
  EXPECT_EQ(shards[1].unsettled, 6u);
  EXPECT_EQ(shards[1].in_sync, "1 2");
}

TEST(TopModel, NeverDrainsWhenOneNodeDoesNot) {
  auto model = test::small_cluster();
  model.nodes[1].history.mutable_samples()->rbegin()->set_drain_s(std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(figures_of(model).drain_s, std::nullopt);
}

TEST(TopModel, KnowsLittleWithoutAHistory) {
  auto model = test::small_cluster();
  for (auto& node : model.nodes)
    node.history.Clear();
  const auto figures = figures_of(model);
  EXPECT_FALSE(figures.known);
  EXPECT_EQ(figures.unsettled, 11u);
}

TEST(TopModel, CountsRefusalsOfTheLastMinuteTheMostFirst) {
  auto model = test::small_cluster();
  auto& refusal = *model.nodes[1].history.mutable_samples(0)->add_refusals();
  refusal.set_name("storage_full");
  refusal.set_count(1'300);
  using refusals = std::vector<std::pair<std::string, std::uint64_t>>;
  EXPECT_EQ(figures_of(model).refusals, (refusals{{"storage_full", 1'300}, {"overloaded", 1'200}}));
}

TEST(TopModel, SortsShardsByEachColumn) {
  auto model = test::small_cluster();
  const struct {
    top_order by;
    std::uint32_t first;
  } rows[]{{top_order::number, 0}, {top_order::owner, 0},     {top_order::term, 1},
           {top_order::lag, 1},    {top_order::unsettled, 1}, {top_order::backlog, 0}};
  for (const auto& row : rows)
    EXPECT_EQ(shards_of(model, row.by)[0].shard, row.first) << static_cast<int>(row.by);
}

void set_stage(v1::node_status& of, const char* name, std::uint64_t requests, std::uint64_t total_us) {
  auto& stage = *of.add_stages();
  stage.set_stage(name);
  stage.set_requests(requests);
  stage.set_total_us(total_us);
}

TEST(TopModel, KnowsWhatStagesTookBetweenTwoLooks) {
  v1::node_status before;
  set_stage(before, "queue", 10, 1'000);
  set_stage(before, "commit", 10, 5'000);
  v1::node_status now;
  set_stage(now, "queue", 12, 1'300);
  set_stage(now, "commit", 10, 5'000);
  set_stage(now, "reply", 0, 0);
  EXPECT_EQ(stages_between(before, now), (std::vector<top_stage>{{"queue", 150}}));
  EXPECT_EQ(stages_between({}, now), (std::vector<top_stage>{{"queue", 1'300.0 / 12}, {"commit", 500}}));
  v1::node_status anew;
  set_stage(anew, "queue", 2, 80);
  EXPECT_EQ(stages_between(now, anew), (std::vector<top_stage>{{"queue", 40}})) << "it has started again";
}

TEST(TopModel, NamesTheSlowestStageOfAllNodesFirst) {
  auto model = test::small_cluster();
  model.nodes[0].stages = {{"queue", 10}, {"commit", 700}};
  model.nodes[1].stages = {{"queue", 900}, {"commit", 300}};
  EXPECT_EQ(figures_of(model).stages, (std::vector<top_stage>{{"queue", 900}, {"commit", 700}}));
}

TEST(TopModel, NamesTheLongestTurnsOfAllNodes) {
  auto model = test::small_cluster();
  auto& turn = *model.nodes[0].status.add_longest_turns();
  turn.set_took_us(30'000);
  const auto turns = longest_turns(model, 5);
  ASSERT_EQ(turns.size(), 2u);
  EXPECT_EQ(turns[0].node, 1u);
  EXPECT_EQ(longest_turns(model, 1).size(), 1u);
}

} // namespace
} // namespace orderd::cluster
