// Whom `orderctl top` asks, and what it prints where there is no terminal.
#include "actors/rules/order_id.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/top_gatherer.hpp"

#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace orderd::cluster {
namespace {

/// Two nodes with a shard each; node 2 leads one with an order that is not settled.
class CtlTop : public testing::Test, protected ctl_fixture {
protected:
  CtlTop() {
    node.answer = [this](const v1::request& what) { return answer_of(1, what); };
    others["n2:1"].answer = [this](const v1::request& what) {
      return second_is_gone ? failed_with(v1::fault::UNAVAILABLE, "gone") : answer_of(2, what);
    };
  }

  static v1::reply map_of(std::uint32_t answered_by) {
    v1::reply reply;
    auto& all = *reply.mutable_cluster_status();
    all.set_cluster_id("c");
    all.set_answered_by(answered_by);
    for (const std::uint32_t each : {1u, 2u}) {
      auto& view = *all.add_nodes();
      view.set_node(each);
      view.set_client_endpoint("n" + std::to_string(each) + ":1");
      auto& shard = *all.add_shards();
      shard.set_shard(each - 1);
      shard.set_primary(each);
      shard.set_primary_endpoint("n" + std::to_string(each) + ":1");
      shard.set_state(each == answered_by ? "serving" : "following");
    }
    return reply;
  }

  v1::reply answer_of(std::uint32_t number, const v1::request& what) const {
    v1::reply reply;
    if (what.has_get_cluster())
      return map_of(number);
    if (what.has_get_status()) {
      auto& shard = *reply.mutable_node_status()->add_shards();
      shard.set_shard(number - 1);
      shard.set_unsettled_orders(number == 2 ? 1 : 0);
      shard.set_quarantined(number == 2 ? 1 : 0);
    } else if (what.has_get_history()) {
      reply.mutable_node_history()->add_samples()->set_confirmed(10 * number);
    } else if (what.has_list_quarantine()) {
      reply.mutable_quarantine_page()->add_entries()->set_key("stuck");
    } else if (what.has_list_orders()) {
      if (what.list_orders().status() == v1::RESERVING)
        reply.mutable_order_page()->add_orders()->set_order_id(id);
    } else if (what.has_get_order()) {
      reply.mutable_order()->set_order_id(what.get_order().order_id());
    }
    return reply;
  }

  top_gatherer gatherer() {
    return {context.endpoints,
            [this](const std::string& endpoint) {
              ++links[endpoint];
              return context.only(endpoint);
            },
            context.now_ms};
  }

  /// Of the slot 16,383, so of the last shard.
  const std::string id = actors::parse_order_id("01890a5d-ac96-774b-bfff-b302099a8057");
  std::map<std::string, int> links;
  bool second_is_gone = false;
};

TEST_F(CtlTop, AsksEveryNodeThatTheClusterNamesAndWhoLeadsForWhatIsStuck) {
  auto gather = gatherer();
  const auto model = gather.look({});
  ASSERT_EQ(model.nodes.size(), 2u);
  EXPECT_EQ(figures_of(model).confirmed, 30u);
  EXPECT_EQ(model.cluster.shards(1).state(), "serving") << "the word of its primary";
  ASSERT_EQ(model.quarantined.size(), 1u);
  ASSERT_EQ(model.oldest.size(), 1u);
  const auto lists = [](const fake_node& of) {
    return std::count_if(of.seen.begin(), of.seen.end(), [](const auto& what) {
      return what.has_list_orders() || what.has_list_quarantine();
    });
  };
  EXPECT_EQ(lists(node), 0) << "its shard has nothing to list";
  EXPECT_EQ(lists(others["n2:1"]), 6);
  EXPECT_TRUE(std::all_of(node.seen.begin(), node.seen.end(),
                          [](const auto& what) { return what.timeout_ms() == 2'000; }));
}

TEST_F(CtlTop, KeepsLinksThatAnswerAndMakesOthersAnew) {
  auto gather = gatherer();
  gather.look({});
  gather.look({});
  EXPECT_EQ(links, (std::map<std::string, int>{{"n1:1", 1}, {"n2:1", 1}}));
  second_is_gone = true;
  const auto without = gather.look({});
  ASSERT_EQ(without.nodes.size(), 2u);
  EXPECT_NE(without.nodes[1].error.find("gone"), std::string::npos);
  second_is_gone = false;
  EXPECT_EQ(gather.look({}).nodes[1].error, "");
  EXPECT_EQ(links["n2:1"], 2);
}

TEST_F(CtlTop, GoesOnWithTheOtherNodesWhenTheOneThatWasGivenIsGone) {
  auto gather = gatherer();
  gather.look({});
  node.answer = [](const v1::request&) { return failed_with(v1::fault::UNAVAILABLE, "gone"); };
  const auto model = gather.look({});
  ASSERT_EQ(model.nodes.size(), 2u);
  EXPECT_NE(model.nodes[0].error, "");
  EXPECT_EQ(model.nodes[1].error, "");
}

TEST_F(CtlTop, TakesANodeOnceThatHasTwoNames) {
  context.endpoints = {"n1:1", "another-name:1"};
  auto gather = gatherer();
  EXPECT_EQ(gather.look({}).nodes.size(), 2u);
}

TEST_F(CtlTop, AsksForTheOrderThatIsLookedAt) {
  auto gather = gatherer();
  const auto model = gather.look(id);
  ASSERT_TRUE(model.chosen);
  EXPECT_TRUE(others["n2:1"].seen.back().has_get_order()) << "who leads its shard";
}

TEST_F(CtlTop, PrintsOneLook) {
  EXPECT_EQ(run(top_options{.once = true}, context), exit_ok) << err.str();
  EXPECT_NE(out.str().find("2 of 2 nodes answer"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("stuck"), std::string::npos);
  EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

TEST_F(CtlTop, PrintsOneLookAsJson) {
  context.json = true;
  EXPECT_EQ(run(top_options{.once = true}, context), exit_ok) << err.str();
  const auto shown = printed();
  EXPECT_EQ(shown["now"], "2009-12-01T07:45:00.000Z");
  EXPECT_EQ(shown["nodes"].size(), 2u);
  EXPECT_EQ(shown["figures"]["confirmed"], 30);
  EXPECT_EQ(shown["figures"]["unsettled"], 1);
  EXPECT_EQ(shown["oldest"].size(), 1u);
  EXPECT_EQ(shown["quarantined"][0]["key"], "stuck");
}

TEST_F(CtlTop, SaysSoWhenNobodyAnswers) {
  node.answer = [](const v1::request&) { return failed_with(v1::fault::UNAVAILABLE, "gone"); };
  EXPECT_EQ(run(top_options{.once = true}, context), exit_fault);
  EXPECT_NE(err.str().find("n1:1: gone"), std::string::npos) << err.str();
}

} // namespace
} // namespace orderd::cluster
