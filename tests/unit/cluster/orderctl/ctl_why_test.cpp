// orderctl why, and who did something and why.
#include "tests/unit/cluster/explain/explained_order.hpp"
#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

class CtlWhy : public testing::Test, protected ctl_fixture {
protected:
  /// Answers questions about the order and its card; `card` missing: its shard is silent.
  void answer_with(const v1::entity_explanation& order,
                   const std::optional<v1::entity_explanation>& card = {}) {
    node.answer = [order, card](const v1::request& what) {
      v1::reply answer;
      if (what.explain_entity().kind() == "order")
        *answer.mutable_entity_explanation() = order;
      else if (card)
        *answer.mutable_entity_explanation() = *card;
      else
        answer = failed_with(v1::fault::TIMEOUT, "silent");
      return answer;
    };
  }
  bool says(const std::string& text) const { return out.str().find(text) != std::string::npos; }
};

v1::entity_explanation waiting() {
  auto order = test::paying(test::order_in(v1::AUTHORIZING, v1::CARD, test::held), v1::PAYMENT_UNKNOWN);
  return test::with_timer(std::move(order), "expire_order", 30'000);
}
v1::entity_explanation silent_card() {
  return test::with_timer(test::card_in(waiting(), "unknown"), "ask_provider", 920);
}

} // namespace

TEST_F(CtlWhy, ShowsOneScreenOfPlainWords) {
  answer_with(waiting(), silent_card());
  EXPECT_EQ(run(why_options{waiting().order().order_id()}, context), exit_ok);
  EXPECT_EQ(node.seen.at(1).explain_entity().kind(), "card");
  EXPECT_NE(node.seen.at(1).timeout_ms(), 0u);
  EXPECT_TRUE(says("order " + waiting().key() + ": waiting\n")) << out.str();
  EXPECT_TRUE(says("  2027-01-15T08:00:00.000Z  Placed. 2 lines, 5.00 GBP, paid by card (4 ms)\n"))
      << out.str();
  EXPECT_TRUE(
      says("what it waits for\n  The card provider did not say whether it holds 5.00 GBP, asked 3 times. "
           "Since 2027-01-15T08:00:00.008Z, for 12 ms.\n"))
      << out.str();
  EXPECT_TRUE(says("Next in 900 ms, at 2027-01-15T08:00:00.920Z.\n")) << out.str();
  EXPECT_TRUE(says("    orderctl cancel " + waiting().key() + " --why TEXT\n")) << out.str();
}

TEST_F(CtlWhy, TellsTheSameAsJson) {
  answer_with(waiting());
  context.json = true;
  EXPECT_EQ(run(why_options{waiting().order().order_id()}, context), exit_ok);
  EXPECT_EQ(printed()["state"], "waiting");
  EXPECT_NE(printed()["waits"][0]["what"].get<std::string>().find("did not answer when it was asked why"),
            std::string::npos);
}

TEST_F(CtlWhy, EndsWithOneWhereThereIsNoOrder) {
  auto none = test::known("order", waiting().key());
  none.set_exists(false);
  answer_with(none);
  EXPECT_EQ(run(why_options{waiting().order().order_id()}, context), exit_refused);
  EXPECT_TRUE(says("There is no order with this id.\n")) << out.str();
}

TEST_F(CtlWhy, ShowsHowToResolveAQuarantine) {
  answer_with(waiting(), test::but_quarantined(silent_card(), "provider_answered"));
  EXPECT_EQ(run(why_options{waiting().order().order_id()}, context), exit_ok);
  EXPECT_TRUE(says(": stuck\n")) << out.str();
  EXPECT_TRUE(says("    orderctl quarantine retry card '" + waiting().key() + "' --why TEXT\n")) << out.str();
}

TEST_F(CtlWhy, TellsANodeThatDoesNotAnswer) {
  node.answer = [](const auto&) { return failed_with(v1::fault::UNAVAILABLE, "away"); };
  EXPECT_EQ(run(why_options{waiting().order().order_id()}, context), exit_fault);
}

TEST_F(CtlWhy, NamesTheUserWhereNobodyElseIsNamed) {
  node.answer = [](const auto&) { return failed_with(v1::fault::UNAVAILABLE, "away"); };
  const auto by = [this](const said_options& said) {
    run(cancel_options{waiting().order().order_id(), said}, context);
    run(quarantine_resolve_options{{"item", "A"}, true, said}, context);
    const auto& resolved = node.seen.back().resolve_quarantine();
    EXPECT_EQ(node.seen[node.seen.size() - 2].cancel_order().by(), resolved.by());
    return resolved.by() + '|' + resolved.why();
  };
  context.user = "bob";
  EXPECT_EQ(by({"eve", "she called"}), "eve|she called");
  EXPECT_EQ(by({}), "bob|");
  context.user = "a\nb";
  EXPECT_EQ(by({}), "|");
  context.user = std::string(65, 'u');
  EXPECT_EQ(by({}), "|");
}

TEST_F(CtlWhy, ShowsWhatPeopleDidAboutAnOrder) {
  v1::reply answer;
  *answer.mutable_order() = waiting().order();
  answer.mutable_order()->set_trace_id("trace-id-16bytes");
  auto& action = *answer.mutable_order()->add_actions();
  action.set_at_ms(test::placed_at);
  action.set_what("retry");
  action.set_by("eve");
  node.answer = [answer](const auto&) { return answer; };
  EXPECT_EQ(run(get_options{waiting().order().order_id()}, context), exit_ok);
  EXPECT_TRUE(says("action     tried again by eve, 2027-01-15T08:00:00.000Z\n")) << out.str();
  EXPECT_TRUE(says("trace      74726163652d69642d31366279746573\n")) << out.str();
}

} // namespace orderd::cluster
