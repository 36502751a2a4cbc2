// What an explanation asks for, and what it says of steps, deadlines, releases and what cannot be read.
#include "cluster/explain/explanation.hpp"
#include "tests/unit/cluster/explain/explained_order.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster::test {

TEST(Explanations, AskWhatTheOrderWaitsFor) {
  const auto asks = [](const known_of& order) {
    std::string all;
    for (const auto& each : asks_of(order))
      all += each.explain_entity().kind()
             + (each.explain_entity().key() == order.key() ? " " : ' ' + each.explain_entity().key() + ' ');
    return all;
  };
  EXPECT_EQ(asks(reserving(half)), "item jam ");
  EXPECT_EQ(asks(reserving()), "item tea item jam ");
  EXPECT_EQ(asks(by_account()), "account ann ");
  EXPECT_EQ(asks(by_card(v1::PAYMENT_UNKNOWN)), "card ");
  EXPECT_EQ(asks(cancelling(CARD, giving, v1::PAYMENT_VOIDING)), "card item tea ");
  EXPECT_EQ(asks(order_in(v1::CANCELLED, ACCOUNT, given)), "");
  const auto refused = with(order_in(v1::REJECTED, ACCOUNT, given),
                            [](v1::order& of) { of.mutable_refused_line()->set_sku("jam"); });
  EXPECT_EQ(asks(refused), "item jam ");
  EXPECT_EQ(asks(known("item", "tea")), "");
}

TEST(Explanations, AskAboutSomeSkusOnlyAndCountTheOthers) {
  auto order = reserving(std::string(50, '\0'));
  order.mutable_order()->clear_lines();
  for (int i = 0; i < 50; ++i)
    order.mutable_order()->add_lines()->set_sku("sku-" + std::to_string(i));
  EXPECT_EQ(asks_of(order).size(), explained_skus_max);
  std::vector<known_of> others;
  for (const auto& ask : asks_of(order))
    others.push_back(known("item", ask.explain_entity().key()));
  const auto said = explain(order, others);
  ASSERT_EQ(said["waits"].size(), explained_skus_max + 1);
  EXPECT_EQ(said["waits"].back()["what"], "The same of 30 more SKUs.");
}

TEST(Explanations, TellTheStepsWithTimesAndWhatPeopleDid) {
  auto order = order_in(v1::CANCELLED, ACCOUNT, given);
  auto& action = *order.mutable_order()->add_actions();
  action.set_at_ms(placed_at + 8);
  action.set_what("cancel");
  action.set_by("eve");
  action.set_why("the customer called");
  const auto said = explain(order, {});
  EXPECT_EQ(said["headline"], "Cancelled by eve: the customer called.");
  const auto& steps = said["steps"];
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(steps[0]["what"], "Placed.");
  EXPECT_EQ(steps[0]["at"], format_time(placed_at));
  EXPECT_EQ(steps[0]["took_ms"], 4);
  EXPECT_EQ(steps[0]["detail"], "2 lines, 5.00 GBP, paid by account ann");
  EXPECT_EQ(steps[1]["what"], "Asked 2 SKUs for their units.");
  EXPECT_EQ(steps[3]["what"], "Cancelled by eve: the customer called.");
  EXPECT_TRUE(steps[4]["took_ms"].is_null());
}

TEST(Explanations, KnowNoTimesOfAnOrderFromBefore) {
  auto order = order_in(v1::CANCELLED, ACCOUNT, given);
  order.mutable_order()->clear_history_at_ms();
  const auto said = explain(order, {});
  EXPECT_EQ(said["steps"][0]["at"], format_time(placed_at));
  EXPECT_TRUE(said["steps"][1]["at"].is_null());
  EXPECT_TRUE(said["steps"][0]["took_ms"].is_null());
  EXPECT_EQ(said["headline"], "Cancelled on request; it holds nothing.");
}

TEST(Explanations, TellExactlyWhyAnOrderWasRejected) {
  auto order = order_in(v1::REJECTED, ACCOUNT, given);
  order.mutable_order()->set_reason(v1::INSUFFICIENT_STOCK);
  auto& line = *order.mutable_order()->mutable_refused_line();
  line.set_line(2);
  line.set_sku("jam");
  line.set_quantity(20);
  line.set_lines(1);
  line.set_available(8);
  auto jam = known("item", "jam");
  jam.mutable_item()->set_available(12);
  const auto said = explain(order, {jam});
  EXPECT_EQ(said["headline"],
            "Rejected after 12 ms, because there was not enough stock: line 2 (SKU jam) asks for "
            "20, 8 were available.");
  EXPECT_EQ(said["steps"][2]["detail"],
            "line 2 (SKU jam) asks for 20, 8 were available; now 12 are available");
  EXPECT_EQ(said["entities"][0]["state"]["available"], 12);
}

TEST(Explanations, TellTheDeadlineAndTheNextTry) {
  const auto order = by_card(v1::PAYMENT_UNKNOWN);
  const auto said = explain(order, {with_timer(card_in(order, "unknown"), "ask_provider", 900)});
  EXPECT_EQ(said["waits"][0]["next_at"], format_time(placed_at + 900));
  EXPECT_EQ(said["waits"][0]["since"], format_time(placed_at + 8)) << "since it was asked for the money";
  EXPECT_EQ(said["next"].back(),
            "If it is not settled by " + format_time(placed_at + 30'000)
                + " (in 29.9 s), it is rejected as deadline_passed, and what it holds is "
                  "given back.");
}

TEST(Explanations, TellWhatFollowsFromARelease) {
  const auto said = explain(rejecting(giving), {but_quarantined(known("item", "tea"), "release")});
  EXPECT_EQ(said["you_can"][1]["kind"], "item");
  EXPECT_EQ(said["you_can"][1]["key"], "tea");
  EXPECT_EQ(said["you_can"][1]["text"],
            "Let SKU tea go on without release, for good. The units are then never "
            "given back, and the order never ends.");
}

TEST(Explanations, TellOfWhatIsNoOrder) {
  auto none = known("order", "019");
  none.set_exists(false);
  const auto said = explain(none, {});
  EXPECT_TRUE(said["order"].is_null());
  EXPECT_EQ(said["state"], "settled");
  EXPECT_EQ(said["headline"], "There is no order with this id.");
  EXPECT_EQ(actions_of(said), "nothing");
  const auto failing = explain(but_failing(none, "place_order"), {});
  EXPECT_EQ(failing["state"], "waiting");
  EXPECT_EQ(failing["waits"][0]["next_at"], format_time(placed_at + 120));
  none.set_exists(true);
  const auto unreadable = explain(but_quarantined(none, "cancel_order"), {});
  EXPECT_EQ(unreadable["state"], "stuck");
  EXPECT_EQ(unreadable["headline"], "What is stored of the order cannot be read.");
  EXPECT_EQ(actions_of(unreadable), "retry release");
}

TEST(Explanations, ShowNoTextThatWritesOverATerminal) {
  auto order = reserving(half);
  order.mutable_order()->mutable_lines(1)->set_sku("ja\x1bm");
  auto jam = but_failing(known("item", "ja\x1bm"), "reserve");
  jam.mutable_trouble()->set_error("bad\nline");
  const auto said = explain(order, {jam}).dump();
  EXPECT_NE(said.find("SKU ja\\\\u{001B}m fails: reserve failed 4 times, last with: bad\\\\u{000A}line"),
            std::string::npos)
      << said;
}

} // namespace orderd::cluster::test
