// The screens against golden text. Every line ends with a bar there, so that blanks at its end are seen.
#include "cluster/top/top_screen.hpp"

#include "actors/rules/text.hpp"
#include "tests/support/golden.hpp"
#include "tests/unit/cluster/top/top_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace orderd::cluster {
namespace {

class TopScreen : public testing::Test {
protected:
  std::string drawn() const {
    std::string text;
    for (const auto& line : top_screen(model, ui, look))
      text += line + "|\n";
    return text;
  }

  top_model model = test::small_cluster();
  top_ui ui;
  top_look look{.width = 100, .height = 24};
};

TEST_F(TopScreen, ShowsEverythingAtAGlance) {
  test::expect_golden("cluster/top_glance.txt", drawn());
}

TEST_F(TopScreen, ShowsTroubleAtAGlance) {
  model.nodes[1].error = "cannot reach orderd at n2:1: refused (unavailable)";
  model.nodes[0].status.set_admitting(false);
  model.nodes[0].status.set_refusing_because("the disk is 86 % full");
  auto& newest = *model.nodes[0].history.mutable_samples()->rbegin();
  newest.set_missing_copies(2);
  newest.set_drain_s(std::numeric_limits<std::uint32_t>::max());
  test::expect_golden("cluster/top_trouble.txt", drawn());
}

TEST_F(TopScreen, ShowsShardsWithTheChosenOne) {
  ui.view = top_view::shards;
  ui.sort = top_order::lag;
  auto& missed = *model.cluster.mutable_shards(0)->add_missed();
  missed.set_node(2);
  missed.set_heard_before(true);
  missed.set_silent_for_ms(3'200);
  look.colours = true;
  test::expect_golden("cluster/top_shards.txt", drawn());
}

TEST_F(TopScreen, ShowsWhatIsStuck) {
  ui.view = top_view::orders;
  test::expect_golden("cluster/top_orders.txt", drawn());
  model.quarantined.clear();
  model.oldest.clear();
  EXPECT_NE(drawn().find("nothing is in quarantine, and every order is settled|"), std::string::npos);
}

TEST_F(TopScreen, ShowsOneShard) {
  ui.view = top_view::shards;
  ui.shard = 1;
  test::expect_golden("cluster/top_one_shard.txt", drawn());
}

TEST_F(TopScreen, ShowsOneOrderOnceItIsThere) {
  ui.view = top_view::orders;
  ui.order_id = model.oldest[0].order_id();
  EXPECT_NE(drawn().find("is being asked for"), std::string::npos);
  model.chosen_error = "there is no such order (not_found)";
  EXPECT_NE(drawn().find("there is no such order"), std::string::npos);
  model.chosen = model.oldest[0];
  auto& action = *model.chosen->add_actions();
  action.set_at_ms(test::now_ms - 5'000);
  action.set_what("retry");
  action.set_by("anna");
  action.set_why("the bank is back");
  test::expect_golden("cluster/top_one_order.txt", drawn());
}

TEST_F(TopScreen, IsPlainTextWhereThereIsNoTerminal) {
  test::expect_golden("cluster/top_plain.txt", top_plain(model));
}

TEST_F(TopScreen, FitsIntoEverySize) {
  look.colours = false;
  look.blocks = true;
  for (const auto view : {top_view::glance, top_view::shards, top_view::orders})
    for (std::size_t height = 0; height < 40; height += 3)
      for (std::size_t width = 0; width < 200; width += 7) {
        ui.view = view;
        look.height = height;
        look.width = width;
        const auto lines = top_screen(model, ui, look);
        ASSERT_EQ(lines.size(), height);
        for (const auto& line : lines)
          ASSERT_LE(actors::columns_of(line), width) << line;
      }
}

TEST_F(TopScreen, KeepsTheChosenRowInSight) {
  ui.view = top_view::shards;
  for (std::uint32_t shard = 2; shard < 64; ++shard)
    test::add_shard(model, shard, 1);
  look.height = 12;
  for (std::size_t row = 0; row < 64; ++row) {
    ui.row = row;
    const auto lines = top_screen(model, ui, look);
    const auto number = std::string(row < 10 ? 4 : 3, ' ') + std::to_string(row) + ' ';
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
      return line.starts_with(number);
    })) << row;
    EXPECT_TRUE(lines[2].starts_with("shard ")) << "its heading stays";
  }
}

TEST_F(TopScreen, SaysThatNodesAreAskedAndThatItIsHeldStill) {
  ui.paused = true;
  model = {};
  EXPECT_NE(drawn().find("PAUSED"), std::string::npos);
  EXPECT_NE(drawn().find("the nodes are being asked"), std::string::npos);
}

TEST_F(TopScreen, ClaimsNothingWhileNobodyAnswers) {
  model = {};
  model.nodes.push_back({.numbered = false, .endpoint = "n1:1", .error = "refused"});
  EXPECT_EQ(top_plain(model).find("is settled"), std::string::npos);
  EXPECT_EQ(top_plain(model).find("0 orders"), std::string::npos);
  EXPECT_EQ(top_plain(model).find("by itself"), std::string::npos);
  EXPECT_NE(top_plain(model).find("does not answer: refused"), std::string::npos);
}

TEST_F(TopScreen, LetsNothingThatANodeSentActOnTheTerminal) {
  const std::string evil = "\x1b]0;x\x07\x1b[2J";
  model.nodes[0].error = evil;
  model.nodes[1].endpoint = evil;
  model.nodes[1].status.set_version(evil);
  model.nodes[1].status.set_admitting(false);
  model.nodes[1].status.set_refusing_because(evil);
  model.cluster.set_cluster_id(evil);
  model.cluster.mutable_shards(0)->set_state(evil);
  model.cluster.mutable_shards(0)->set_refusing_because(evil);
  model.cluster.mutable_shards(0)->set_primary_endpoint(evil);
  model.quarantined[0].set_kind(evil);
  model.quarantined[0].set_key(evil);
  model.quarantined[0].set_error(evil);
  model.oldest[0].set_customer(evil);
  model.oldest[0].set_reference(evil);
  model.oldest[0].mutable_lines(0)->set_sku(evil);
  model.chosen = model.oldest[0];
  for (const auto view : {top_view::glance, top_view::shards, top_view::orders}) {
    ui.view = view;
    EXPECT_EQ(drawn().find('\x1b'), std::string::npos);
  }
  ui.shard = 0;
  EXPECT_EQ(drawn().find('\x1b'), std::string::npos);
  ui.shard.reset();
  ui.order_id = model.chosen->order_id();
  EXPECT_EQ(drawn().find('\x1b'), std::string::npos);
}

} // namespace
} // namespace orderd::cluster
