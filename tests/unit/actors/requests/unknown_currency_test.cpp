// Orders and accounts in a currency that the table does not know: new ones are refused, those of earlier
// versions keep their answers.
#include "actors/entities/entity_ids.hpp"
#include "actors/rules/currency.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/stored/codec.hpp"
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

namespace orderd::actors::test {

namespace {

const currency_code unknown_now{"XYZ"};

v1::request in_unknown(v1::request what) {
  what.mutable_place_order()->set_currency("XYZ");
  return what;
}

/// As a version stored it that took any three capital letters.
void make_unknown(mini_engine& engine, const std::string& id) {
  const auto entity = entity_of(kind::order, id);
  auto& rows = engine.rows();
  const auto stored = *rows.rows(entity);
  auto content = *decode_order_content(*stored.content);
  auto state = *decode_order_state(*stored.state);
  content.currency = unknown_now;
  state.content_digest = content.digest();
  rows.put(entity.row(runtime::table::content), encode(content));
  rows.put(entity.row(runtime::table::state), encode(state));
  engine.forget_everything();
}

void expect_no_such_currency(const v1::reply& reply, const std::string& code) {
  EXPECT_EQ(reply.rejection().code(), v1::rejection::INVALID_FIELD) << reply.ShortDebugString();
  EXPECT_EQ(reply.rejection().field(), "currency");
  EXPECT_EQ(reply.rejection().value(), code);
  EXPECT_EQ(reply.rejection().limit(), currency_limit(code));
  EXPECT_EQ(reply.rejection().message(), "currency must be " + currency_limit(code));
}

} // namespace

TEST(UnknownCurrency, IsRefusedOfANewOrderAndLeavesNothing) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 9, 1));
  for (const auto* code : {"QQQ", "XAU", "XTS", "BGN"}) {
    auto what = place(id_of(1), "", v1::CARD, {{"tea", 1, 5}});
    what.mutable_place_order()->set_currency(code);
    expect_no_such_currency(engine.ask(what), code);
  }
  EXPECT_EQ(engine.ask(get(id_of(1))).rejection().code(), v1::rejection::NOT_FOUND);
  EXPECT_EQ(engine.ask(get_stock("tea")).stock_item().reserved(), 0);
  EXPECT_EQ(engine.timers(), 0u);
  EXPECT_EQ(engine.unsettled(), 0);
  EXPECT_EQ(engine.waiting_callers(), 0u);
  const auto good = place(id_of(1), "", v1::CARD, {{"tea", 1, 5}});
  EXPECT_EQ(engine.ask(good).placement().status(), v1::CONFIRMED) << "the id is still free";
}

TEST(UnknownCurrency, OfAnOrderThatIsKnownGetsItsOneAnswerAgain) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 9, 1));
  const auto what = place(id_of(1), "", v1::CARD, {{"tea", 1, 5}});
  const auto answer = engine.ask(what);
  ASSERT_EQ(answer.placement().status(), v1::CONFIRMED);
  make_unknown(engine, id_of(1));
  EXPECT_EQ(engine.ask(in_unknown(what)).SerializeAsString(), answer.SerializeAsString());
  const auto other = in_unknown(place(id_of(1), "", v1::CARD, {{"tea", 2, 5}}));
  EXPECT_EQ(engine.ask(other).rejection().code(), v1::rejection::CONFLICT);
  EXPECT_EQ(engine.ask(what).rejection().code(), v1::rejection::CONFLICT) << "it was not in GBP";
  EXPECT_EQ(engine.ask(get(id_of(1))).order().currency(), "XYZ");
  EXPECT_EQ(engine.ask(cancel(id_of(1))).cancellation().status(), v1::CANCELLED);
}

TEST(UnknownCurrency, IsRefusedOfANewAccountOnly) {
  mini_engine engine{{}};
  expect_no_such_currency(engine.ask(account("ann", 100, 1, "XYZ")), "XYZ");
  EXPECT_EQ(engine.ask(get_account("ann")).rejection().code(), v1::rejection::NOT_FOUND);
  account_state earlier;
  apply(earlier, account_was_set{command_id{command_id_of(2)}, unknown_now, 500}, 1);
  engine.rows().put(entity_of(kind::account, "bob").row(runtime::table::state), encode(earlier));
  EXPECT_EQ(engine.ask(account("bob", 500, 2, "XYZ")).account().credit_limit_minor(), 500) << "said before";
  EXPECT_EQ(engine.ask(account("bob", 700, 3, "XYZ")).account().credit_limit_minor(), 700)
      << "it is open in it";
  EXPECT_EQ(engine.ask(account("bob", 700, 4, "QQQ")).rejection().code(), v1::rejection::CURRENCY_FIXED);
}

} // namespace orderd::actors::test
