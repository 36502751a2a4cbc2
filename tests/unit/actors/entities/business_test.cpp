// The business as a whole: orders, items, accounts and card payments through requests and replies, on a
// small engine in memory.
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

namespace orderd::actors::test {

namespace {

v1::order view_of(mini_engine& engine, const std::string& id) {
  return engine.ask(get(id)).order();
}

std::int64_t reserved_of(mini_engine& engine, const std::string& sku) {
  return engine.ask(get_stock(sku)).stock_item().reserved();
}

std::int64_t held_of(mini_engine& engine, const std::string& customer) {
  return engine.ask(get_account(customer)).account().held_minor();
}

void expect_clean(mini_engine& engine) {
  const auto report = engine.audit();
  EXPECT_EQ(report.violations(), 0u) << report.ShortDebugString();
  EXPECT_EQ(report.unjudged(), 0u) << report.ShortDebugString();
  EXPECT_EQ(engine.unsettled(), 0);
  EXPECT_EQ(engine.waiting_callers(), 0u);
  EXPECT_EQ(engine.timers(), 0u);
}

} // namespace

TEST(Business, ConfirmsAnOrderPaidFromTheAccount) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(account("ann", 1'000, 2));
  const auto id = id_of(1, "ann");
  const auto reply = engine.ask(place(id, "ann", v1::ACCOUNT, {{"tea", 3, 200}}));
  EXPECT_EQ(reply.placement().status(), v1::CONFIRMED);
  EXPECT_EQ(reply.placement().authorized_minor(), 600);
  EXPECT_EQ(reply.placement().lines_reserved(), 1u);
  EXPECT_EQ(reserved_of(engine, "tea"), 3);
  EXPECT_EQ(held_of(engine, "ann"), 600);
  const auto order = view_of(engine, id);
  EXPECT_EQ(order.status(), v1::CONFIRMED);
  EXPECT_EQ(order.total_minor(), 600);
  EXPECT_EQ(order.placed_at_ms(), order.updated_at_ms());
  EXPECT_EQ(order.history_size(), 4);
  expect_clean(engine);
}

TEST(Business, NeedsFiveTurnsForAnOrderOfOneLine) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(account("ann", 1'000, 2));
  const auto before = engine.turns();
  engine.ask(place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 1, 1}}));
  EXPECT_EQ(engine.turns() - before, 5u);
}

TEST(Business, RejectsAndGivesBackWhenOneLineIsRefused) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(stock("jam", 1, 2));
  engine.ask(account("ann", 10'000, 3));
  const auto id = id_of(1, "ann");
  const auto reply = engine.ask(place(id, "ann", v1::ACCOUNT, {{"tea", 3}, {"jam", 2}}));
  EXPECT_EQ(reply.placement().status(), v1::REJECTED);
  EXPECT_EQ(reply.placement().reason(), v1::INSUFFICIENT_STOCK);
  EXPECT_EQ(reserved_of(engine, "tea"), 0);
  EXPECT_EQ(held_of(engine, "ann"), 0);
  EXPECT_EQ(view_of(engine, id).status(), v1::REJECTED);
  expect_clean(engine);
}

TEST(Business, ConfirmsAPartWhenTheOrderAllowsIt) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(account("ann", 10'000, 3));
  const auto id = id_of(1, "ann");
  const auto reply =
      engine.ask(place(id, "ann", v1::ACCOUNT, {{"tea", 3, 100}, {"gone", 2, 7}, {"tea", 8, 1}}, true));
  EXPECT_EQ(reply.placement().status(), v1::CONFIRMED);
  EXPECT_EQ(reply.placement().authorized_minor(), 300);
  EXPECT_EQ(reply.placement().lines_reserved(), 1u);
  const auto order = view_of(engine, id);
  EXPECT_EQ(order.reason(), v1::NO_REASON);
  EXPECT_TRUE(order.lines(0).reserved());
  EXPECT_FALSE(order.lines(1).reserved());
  EXPECT_FALSE(order.lines(2).reserved());
  expect_clean(engine);
}

TEST(Business, RejectsAPartialOrderThatGotNothing) {
  mini_engine engine{{}};
  engine.ask(account("ann", 10'000, 3));
  const auto reply = engine.ask(place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"gone", 3}}, true));
  EXPECT_EQ(reply.placement().status(), v1::REJECTED);
  EXPECT_EQ(reply.placement().reason(), v1::UNKNOWN_SKU);
  expect_clean(engine);
}

struct refused_payment {
  const char* name;
  const char* customer;
  v1::payment_method method;
  double decline_rate;
  v1::reject_reason reason;
};

class BusinessRefusesPayment : public testing::TestWithParam<refused_payment> {};

TEST_P(BusinessRefusesPayment, AndGivesTheStockBack) {
  mini_engine engine{{.provider = {.decline_rate = GetParam().decline_rate}}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(account("poor", 99, 2));
  engine.ask(account("euro", 10'000, 3, "EUR"));
  const auto reply = engine.ask(
      place(id_of(1, GetParam().customer), GetParam().customer, GetParam().method, {{"tea", 1, 100}}));
  EXPECT_EQ(reply.placement().status(), v1::REJECTED);
  EXPECT_EQ(reply.placement().reason(), GetParam().reason);
  EXPECT_EQ(reserved_of(engine, "tea"), 0);
  expect_clean(engine);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BusinessRefusesPayment,
    testing::Values(refused_payment{"CreditLimit", "poor", v1::ACCOUNT, 0, v1::CREDIT_LIMIT},
                    refused_payment{"UnknownAccount", "nobody", v1::ACCOUNT, 0, v1::UNKNOWN_ACCOUNT},
                    refused_payment{"CurrencyMismatch", "euro", v1::ACCOUNT, 0, v1::CURRENCY_MISMATCH},
                    refused_payment{"CardDeclined", "", v1::CARD, 1, v1::CARD_DECLINED}),
    [](const auto& named) { return named.param.name; });

TEST(Business, GivesTheSameReplyForTheSameContentForEver) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 1, 1));
  engine.ask(account("ann", 1'000, 2));
  const auto request = place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 1, 5}});
  const auto first = engine.ask(request);
  EXPECT_EQ(first.placement().status(), v1::CONFIRMED);
  EXPECT_EQ(engine.ask(request).SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(engine.ask(cancel(id_of(1, "ann"))).cancellation().status(), v1::CANCELLED);
  engine.forget_everything();
  EXPECT_EQ(engine.ask(request).SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(reserved_of(engine, "tea"), 0);
  expect_clean(engine);
}

TEST(Business, RefusesTheSameIdWithOtherContent) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 9, 1));
  engine.ask(account("ann", 1'000, 2));
  engine.ask(place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 1, 5}}));
  const auto other = engine.ask(place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 2, 5}}));
  EXPECT_EQ(other.rejection().code(), v1::rejection::CONFLICT);
  // Both digests, so that a caller sees what it sent.
  EXPECT_EQ(other.rejection().field(), "content_digest");
  EXPECT_EQ(other.rejection().value().size(), 16u);
  EXPECT_TRUE(other.rejection().limit().ends_with(", of the first content")) << other.rejection().limit();
  const auto third = engine.ask(place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 3, 5}}));
  EXPECT_NE(third.rejection().value(), other.rejection().value());
  EXPECT_EQ(third.rejection().limit(), other.rejection().limit());
  EXPECT_EQ(reserved_of(engine, "tea"), 1);
}

TEST(Business, CancelsAConfirmedOrderAndRepeatsTheAnswer) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 9, 1));
  const auto id = id_of(1);
  EXPECT_EQ(engine.ask(place(id, "", v1::CARD, {{"tea", 1, 5}})).placement().status(), v1::CONFIRMED);
  EXPECT_EQ(engine.ask(cancel(id)).cancellation().status(), v1::CANCELLED);
  EXPECT_EQ(engine.ask(cancel(id)).cancellation().order_id(), id);
  EXPECT_EQ(reserved_of(engine, "tea"), 0);
  const auto order = view_of(engine, id);
  EXPECT_EQ(order.payment().state(), v1::PAYMENT_VOIDED);
  EXPECT_EQ(order.payment().authorized_minor(), 0);
  expect_clean(engine);
}

TEST(Business, RefusesToCancelWhatIsUnknownOrRejected) {
  mini_engine engine{{}};
  EXPECT_EQ(engine.ask(cancel(id_of(7))).rejection().code(), v1::rejection::NOT_FOUND);
  EXPECT_EQ(engine.ask(get(id_of(7))).rejection().code(), v1::rejection::NOT_FOUND);
  engine.ask(place(id_of(7), "", v1::CARD, {{"gone"}}));
  EXPECT_EQ(engine.ask(cancel(id_of(7))).rejection().code(), v1::rejection::ALREADY_REJECTED);
}

TEST(Business, AnswersBothCallersWhenAPlacementIsCancelled) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 9, 1));
  engine.stop_provider(true);
  const auto placing = engine.send(place(id_of(1), "", v1::CARD, {{"tea", 1, 5}}));
  const auto again = engine.send(place(id_of(1), "", v1::CARD, {{"tea", 1, 5}}));
  EXPECT_EQ(view_of(engine, id_of(1)).status(), v1::AUTHORIZING);
  EXPECT_TRUE(engine.answers(placing).empty());
  const auto cancelling = engine.send(cancel(id_of(1)));
  const auto cancelling_again = engine.send(cancel(id_of(1)));
  for (const int caller : {placing, again}) {
    ASSERT_EQ(engine.answers(caller).size(), 1u);
    EXPECT_EQ(engine.answers(caller)[0].placement().status(), v1::CANCELLED);
    EXPECT_EQ(engine.answers(caller)[0].placement().reason(), v1::CANCELLED_BY_REQUEST);
  }
  EXPECT_TRUE(engine.answers(cancelling).empty());
  engine.stop_provider(false);
  engine.run();
  for (const int caller : {cancelling, cancelling_again}) {
    ASSERT_EQ(engine.answers(caller).size(), 1u);
    EXPECT_EQ(engine.answers(caller)[0].cancellation().status(), v1::CANCELLED);
  }
  EXPECT_EQ(view_of(engine, id_of(1)).payment().state(), v1::PAYMENT_VOIDED);
  expect_clean(engine);
}

TEST(Business, AcceptsTheCancellationOfAnOrderWhoseCardIsUnknown) {
  mini_engine engine{{.provider = {.timeout_rate = 1}}};
  engine.ask(stock("tea", 9, 1));
  const auto id = id_of(1);
  const auto placing = engine.send(place(id, "", v1::CARD, {{"tea", 1, 5}}));
  engine.run(); // the provider is asked once, and says nothing
  ASSERT_EQ(view_of(engine, id).payment().state(), v1::PAYMENT_UNKNOWN);
  for (int said = 0; said < 2; ++said) {
    const auto reply = engine.ask(cancel(id));
    EXPECT_EQ(reply.cancellation().status(), v1::CANCELLING) << reply.ShortDebugString();
    EXPECT_EQ(reply.cancellation().order_id(), id);
    engine.forget_everything();
  }
  ASSERT_EQ(engine.answers(placing).size(), 1u);
  EXPECT_EQ(engine.answers(placing)[0].placement().status(), v1::CANCELLED);
  EXPECT_EQ(view_of(engine, id).status(), v1::CANCELLING);
  EXPECT_EQ(reserved_of(engine, "tea"), 0);
}

TEST(Business, TellsWhoCancelsWhenTheProviderTurnsOutNotToAnswer) {
  mini_engine engine{{.provider = {.timeout_rate = 1}}};
  engine.ask(stock("tea", 9, 1));
  engine.stop_provider(true);
  engine.send(place(id_of(1), "", v1::CARD, {{"tea", 1, 5}}));
  const auto cancelling = engine.send(cancel(id_of(1)));
  EXPECT_TRUE(engine.answers(cancelling).empty()) << "the provider may answer yet";
  engine.stop_provider(false);
  engine.run();
  ASSERT_EQ(engine.answers(cancelling).size(), 1u);
  EXPECT_EQ(engine.answers(cancelling)[0].cancellation().status(), v1::CANCELLING);
}

TEST(Business, EndsAnAcceptedCancellationOnceTheProviderHasSpoken) {
  mini_engine engine{{.provider = {.timeout_rate = 0.8, .seed = 7}}};
  engine.ask(stock("tea", 1'000, 1));
  std::vector<int> accepted;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    engine.send(place(id_of(n), "", v1::CARD, {{"tea", 1, 5}}));
    engine.run();
    if (view_of(engine, id_of(n)).payment().state() == v1::PAYMENT_UNKNOWN)
      accepted.push_back(engine.send(cancel(id_of(n))));
  }
  ASSERT_GT(accepted.size(), 10u);
  engine.run_to_rest();
  for (const int caller : accepted)
    EXPECT_EQ(engine.answers(caller).size(), 1u) << "answered once, with that it is accepted";
  for (std::uint64_t n = 1; n <= 40; ++n)
    if (const auto now = view_of(engine, id_of(n)); now.status() != v1::CONFIRMED) {
      EXPECT_EQ(engine.ask(cancel(id_of(n))).cancellation().status(), v1::CANCELLED)
          << now.ShortDebugString();
    }
  expect_clean(engine);
}

TEST(Business, TellsOfAPlacementAtItsDeadlineAndUndoesItOnceTheProviderHasSpoken) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 9, 1));
  engine.stop_provider(true);
  const auto placing = engine.send(place(id_of(1), "", v1::CARD, {{"tea", 1, 5}}));
  ASSERT_TRUE(engine.deliver_one()); // the deadline
  EXPECT_EQ(view_of(engine, id_of(1)).status(), v1::REJECTING);
  ASSERT_EQ(engine.answers(placing).size(), 1u) << "whatever the provider says, it is rejected";
  EXPECT_EQ(engine.answers(placing)[0].placement().status(), v1::REJECTED);
  EXPECT_EQ(engine.answers(placing)[0].placement().reason(), v1::DEADLINE_PASSED);
  const auto again = engine.ask(place(id_of(1), "", v1::CARD, {{"tea", 1, 5}}));
  EXPECT_EQ(again.placement().SerializeAsString(),
            engine.answers(placing)[0].placement().SerializeAsString());
  engine.stop_provider(false);
  engine.run();
  EXPECT_EQ(engine.answers(placing).size(), 1u);
  EXPECT_EQ(view_of(engine, id_of(1)).status(), v1::REJECTED);
  EXPECT_EQ(view_of(engine, id_of(1)).payment().state(), v1::PAYMENT_VOIDED);
  expect_clean(engine);
}

TEST(Business, TellsWhatASilentProviderWasAskedFor) {
  mini_engine engine{{.provider = {.timeout_rate = 1, .seed = 3}}};
  engine.ask(stock("tea", 3, 1));
  engine.send(place(id_of(1), "", v1::CARD, {{"tea", 2, 5}, {"jam", 1, 900}}, true));
  engine.send(place(id_of(2), "", v1::CARD, {{"tea", 1, 7}}));
  engine.run();
  const auto standing = [&](std::uint64_t n) { return engine.standings().at(order_id_text(id_of(n))); };
  EXPECT_EQ(standing(1).stage, "authorizing");
  EXPECT_EQ(standing(1).in_doubt.unit, "GBP");
  EXPECT_EQ(standing(1).in_doubt.amount, 10) << "what was refused was not asked for";
  EXPECT_EQ(standing(2).in_doubt.amount, 7);
  engine.send(cancel(id_of(2)));
  engine.run();
  EXPECT_EQ(standing(2).stage, "cancelling");
  EXPECT_EQ(standing(2).in_doubt.amount, 7) << "given back is the stock, not the doubt";
}

TEST(Business, AsksTheProviderUntilItKnows) {
  // Half of all answers are lost: some order needs a query, and none is charged twice.
  mini_engine engine{{.provider = {.decline_rate = 0.3, .timeout_rate = 0.5, .seed = 11}}};
  engine.ask(stock("tea", 1'000, 1));
  for (std::uint64_t n = 1; n <= 60; ++n)
    engine.send(place(id_of(n), "", v1::CARD, {{"tea", 1, 5}}));
  std::size_t unknown = 0;
  engine.run();
  for (std::uint64_t n = 1; n <= 60; ++n)
    unknown += view_of(engine, id_of(n)).payment().state() == v1::PAYMENT_UNKNOWN ? 1 : 0;
  EXPECT_GT(unknown, 0u);
  engine.run_to_rest();
  std::int64_t confirmed = 0;
  for (std::uint64_t n = 1; n <= 60; ++n)
    confirmed += view_of(engine, id_of(n)).status() == v1::CONFIRMED ? 1 : 0;
  EXPECT_GT(confirmed, 0);
  EXPECT_LT(confirmed, 60);
  EXPECT_EQ(reserved_of(engine, "tea"), confirmed);
  expect_clean(engine);
}

TEST(Business, SetsStockOncePerCommandAndNeverBelowWhatIsReserved) {
  mini_engine engine{{}};
  EXPECT_EQ(engine.ask(get_stock("tea")).rejection().code(), v1::rejection::NOT_FOUND);
  EXPECT_EQ(engine.ask(stock("tea", 5, 1)).stock_item().available(), 5);
  engine.ask(place(id_of(1), "", v1::CARD, {{"tea", 4}}));
  EXPECT_EQ(engine.ask(stock("tea", 3, 2)).rejection().code(), v1::rejection::BELOW_RESERVED);
  EXPECT_EQ(engine.ask(stock("tea", 4, 3)).stock_item().available(), 0);
  EXPECT_EQ(engine.ask(stock("tea", 5, 1)).stock_item().on_hand(), 4) << "command 1 had effect before";
  expect_clean(engine);
}

TEST(Business, FixesAnAccountsCurrencyAndKeepsItsLimitAboveWhatIsHeld) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 5, 1));
  EXPECT_EQ(engine.ask(get_account("ann")).rejection().code(), v1::rejection::NOT_FOUND);
  EXPECT_EQ(engine.ask(account("ann", 500, 2)).account().credit_limit_minor(), 500);
  engine.ask(place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 4}}));
  EXPECT_EQ(engine.ask(account("ann", 500, 3, "EUR")).rejection().code(), v1::rejection::CURRENCY_FIXED);
  EXPECT_EQ(engine.ask(account("ann", 399, 4)).rejection().code(), v1::rejection::BELOW_HELD);
  EXPECT_EQ(engine.ask(account("ann", 400, 5)).account().credit_limit_minor(), 400);
  EXPECT_EQ(engine.ask(account("ann", 500, 2)).account().credit_limit_minor(), 400) << "had effect before";
  expect_clean(engine);
}

} // namespace orderd::actors::test
