// Each status with each cause of waiting: what is said of it, and what a person can do.
#include "cluster/explain/explanation.hpp"

#include "tests/unit/cluster/explain/explained_order.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster::test {

namespace {

struct situation {
  const char* name;
  known_of order;
  std::vector<known_of> others;
  const char* state;
  std::string first_wait;         ///< its sentence; empty: it waits for nothing
  const char* wait_entity = "";   ///< "kind key" of that
  const char* you_can = "cancel"; ///< the actions, with blanks between
};

std::vector<situation> when_reserving() {
  return {
      {"ReservingAMoment", reserving(), both_skus(), "working",
       "SKU tea has not said whether its units are reserved.", "item tea"},
      {"ReservingForLong", later(reserving(half), 2'000), both_skus(), "waiting",
       "SKU jam has not said whether its units are reserved.", "item jam"},
      {"ReservingFromASilentShard",
       reserving(half),
       {},
       "waiting",
       "SKU jam has not said whether its units are reserved, and its shard did not answer when it was asked "
       "why.",
       "item jam"},
      {"ReservingFromAFailingSku",
       reserving(half),
       {but_failing(known("item", "jam"), "reserve")},
       "waiting",
       "SKU jam fails: reserve failed 4 times, last with: no such page.",
       "item jam"},
      {"ReservingFromAQuarantinedSku",
       reserving(half),
       {but_quarantined(known("item", "jam"), "set_stock")},
       "waiting",
       "SKU jam is in quarantine: set_stock failed 4 times, last with: no such page.",
       "item jam",
       "retry release cancel"}};
}

std::vector<situation> when_failing() {
  return {{"ReservingAndFailingItself", but_failing(reserving(), "reserve_answer"), both_skus(), "waiting",
           "The order fails: reserve_answer failed 4 times, last with: no such page.", "order"},
          {"ReservingAndQuarantinedItself", but_quarantined(reserving(), "reserve_answer"), both_skus(),
           "stuck", "The order is in quarantine: reserve_answer failed 4 times, last with: no such page.",
           "order", "retry release cancel"}};
}

std::vector<situation> when_authorizing() {
  return {
      {"AuthorizingByAccount",
       by_account(),
       {known("account", "ann")},
       "working",
       "Account ann has not said whether the money is held.",
       "account ann"},
      {"AuthorizingByAFailingAccount",
       by_account(),
       {but_failing(known("account", "ann"), "authorize")},
       "waiting",
       "Account ann fails: authorize failed 4 times, last with: no such page.",
       "account ann"},
      {"AuthorizingByAQuarantinedAccount",
       by_account(),
       {but_quarantined(known("account", "ann"), "link_order")},
       "waiting",
       "Account ann is in quarantine: link_order failed 4 times, last with: no such page.",
       "account ann",
       "retry release cancel"},
      {"AuthorizingByASilentShard",
       by_account(),
       {},
       "waiting",
       "Account ann has not said whether the money is held, and its shard did not answer when it was asked "
       "why.",
       "account ann"}};
}

std::vector<situation> when_a_card_pays() {
  const auto card_order = by_card(v1::PAYMENT_UNKNOWN);
  return {{"AuthorizingByCardAMoment",
           by_card(v1::PAYMENT_REQUESTED),
           {card_in(card_order, "requesting")},
           "working",
           "The card provider has not answered yet whether it holds 5.00 GBP.",
           "card"},
          {"AuthorizingByASlowCard",
           later(by_card(v1::PAYMENT_REQUESTED), 3'000),
           {card_in(card_order, "requesting")},
           "waiting",
           "The card provider has not answered yet whether it holds 5.00 GBP.",
           "card"},
          {"AuthorizingByAnUnknownCard",
           card_order,
           {with_timer(card_in(card_order, "unknown"), "ask_provider", 900)},
           "waiting",
           "The card provider did not say whether it holds 5.00 GBP, asked 3 times.",
           "card"},
          {"AuthorizingByACardThatIsBeingAsked",
           card_order,
           {card_in(card_order, "unknown")},
           "waiting",
           "The card provider did not say whether it holds 5.00 GBP, asked 3 times.",
           "card"},
          {"AuthorizingByACardThatHasAnswered",
           by_card(v1::PAYMENT_REQUESTED),
           {card_in(card_order, "authorized")},
           "working",
           "The card payment is authorized; the order is being told.",
           "card"},
          {"AuthorizingByAQuarantinedCard",
           card_order,
           {but_quarantined(card_in(card_order, "unknown"), "provider_answered")},
           "stuck",
           "The card payment is in quarantine: provider_answered failed 4 times, last with: no such page.",
           "card",
           "retry release cancel"}};
}

std::vector<situation> when_rejecting() {
  return {
      {"RejectingAMoment",
       rejecting(giving),
       {known("item", "tea")},
       "working",
       "SKU tea has not acknowledged the units that are given back.",
       "item tea",
       "nothing"},
      {"RejectingForAnOpenAnswer",
       rejecting(std::string("\2\0", 2)),
       {known("item", "jam")},
       "working",
       "SKU jam has not said whether its units are reserved.",
       "item jam",
       "nothing"},
      {"RejectingToAQuarantinedSku",
       rejecting(giving),
       {but_quarantined(known("item", "tea"), "release")},
       "stuck",
       "SKU tea is in quarantine: release failed 4 times, last with: no such page.",
       "item tea",
       "retry release"},
      {"RejectingToASilentShard",
       rejecting(giving),
       {},
       "waiting",
       "SKU tea has not acknowledged the units that are given back, and its shard did not answer when it was "
       "asked "
       "why.",
       "item tea",
       "nothing"}};
}

std::vector<situation> when_cancelling() {
  const auto card_order = by_card(v1::PAYMENT_UNKNOWN);
  return {{"CancellingToASku",
           cancelling(ACCOUNT, giving, v1::PAYMENT_NONE),
           {known("item", "tea")},
           "working",
           "SKU tea has not acknowledged the units that are given back.",
           "item tea",
           "nothing"},
          {"CancellingAnUnknownCard",
           cancelling(CARD, given, v1::PAYMENT_UNKNOWN),
           {with_timer(card_in(card_order, "unknown"), "ask_provider", 900)},
           "waiting",
           "The card provider did not say whether it holds 5.00 GBP, asked 3 times.",
           "card",
           "nothing"},
          {"CancellingAVoid",
           cancelling(CARD, given, v1::PAYMENT_VOIDING),
           {with_timer(card_in(card_order, "voiding"), "ask_provider", 900)},
           "waiting",
           "The card provider has not confirmed that it gave back 5.00 GBP, asked 3 times.",
           "card",
           "nothing"},
          {"CancellingAQuarantinedAccount",
           cancelling(ACCOUNT, given, v1::PAYMENT_VOIDING),
           {but_quarantined(known("account", "ann"), "void_authorization")},
           "stuck",
           "Account ann is in quarantine: void_authorization failed 4 times, last with: no such page.",
           "account ann",
           "retry release"}};
}

std::vector<situation> when_settled() {
  return {{"Confirmed",
           paying(order_in(v1::CONFIRMED, ACCOUNT, held), v1::PAYMENT_AUTHORIZED),
           {},
           "settled",
           ""},
          {"ConfirmedBesideAQuarantinedAccount",
           paying(order_in(v1::CONFIRMED, ACCOUNT, held), v1::PAYMENT_AUTHORIZED),
           {but_quarantined(known("account", "ann"), "authorize")},
           "settled",
           ""},
          {"ConfirmedAndQuarantined",
           but_quarantined(order_in(v1::CONFIRMED, ACCOUNT, held), "cancel_order"),
           {},
           "stuck",
           "The order is in quarantine: cancel_order failed 4 times, last with: no such page.",
           "order",
           "retry release cancel"},
          {"Rejected", order_in(v1::REJECTED, ACCOUNT, given), {}, "settled", "", "", "nothing"},
          {"Cancelled", order_in(v1::CANCELLED, ACCOUNT, given), {}, "settled", "", "", "nothing"}};
}

std::string name_of(const testing::TestParamInfo<situation>& named) {
  return named.param.name;
}

class Explanation : public testing::TestWithParam<situation> {};

/// "kind key", of an order or a card, whose key is the order's, "kind" alone.
std::string entity_of(const json& wait) {
  if (wait["entity"].is_null())
    return "none";
  const auto kind = wait["entity"]["kind"].get<std::string>();
  return kind == "order" || kind == "card" ? kind : kind + ' ' + wait["entity"]["key"].get<std::string>();
}

} // namespace

TEST_P(Explanation, SaysWhatItWaitsForAndWhatCanBeDone) {
  const auto& of = GetParam();
  const auto said = explain(of.order, of.others);
  EXPECT_EQ(said["state"], of.state) << said.dump(1);
  EXPECT_EQ(actions_of(said), of.you_can) << said.dump(1);
  EXPECT_FALSE(said["headline"].get<std::string>().empty());
  EXPECT_FALSE(said["next"].empty());
  EXPECT_EQ(said["steps"].size(), static_cast<std::size_t>(of.order.order().history_size()));
  if (of.first_wait.empty()) {
    EXPECT_TRUE(said["waits"].empty()) << said.dump(1);
    return;
  }
  ASSERT_FALSE(said["waits"].empty());
  const auto& wait = said["waits"][0];
  EXPECT_EQ(wait["what"], of.first_wait);
  EXPECT_EQ(entity_of(wait), of.wait_entity);
  EXPECT_FALSE(wait["since"].is_null());
  EXPECT_FALSE(wait["next"].get<std::string>().empty());
  EXPECT_NE(said["headline"].get<std::string>().find(of.first_wait), std::string::npos) << said["headline"];
}

INSTANTIATE_TEST_SUITE_P(Reserving, Explanation, testing::ValuesIn(when_reserving()), name_of);
INSTANTIATE_TEST_SUITE_P(Authorizing, Explanation, testing::ValuesIn(when_authorizing()), name_of);
INSTANTIATE_TEST_SUITE_P(Failing, Explanation, testing::ValuesIn(when_failing()), name_of);
INSTANTIATE_TEST_SUITE_P(Cards, Explanation, testing::ValuesIn(when_a_card_pays()), name_of);
INSTANTIATE_TEST_SUITE_P(Cancelling, Explanation, testing::ValuesIn(when_cancelling()), name_of);
INSTANTIATE_TEST_SUITE_P(Rejecting, Explanation, testing::ValuesIn(when_rejecting()), name_of);
INSTANTIATE_TEST_SUITE_P(Settled, Explanation, testing::ValuesIn(when_settled()), name_of);

} // namespace orderd::cluster::test
