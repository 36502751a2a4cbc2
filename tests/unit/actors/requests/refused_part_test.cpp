// What a rejected order says it failed by: the line or the payment, what was asked and what there was.
#include "actors/rules/order.hpp"
#include "actors/stored/codec.hpp"
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

namespace orderd::actors {

namespace {

constexpr auto yes = line_state::reserved;
constexpr auto no = line_state::refused;
constexpr auto short_of = reject_reason::insufficient_stock;
constexpr auto unknown_sku = reject_reason::unknown_sku;

/// Three SKUs, the first on the lines 1 and 3: 2 + 4 of tea, 1 of jam, 9 of rye.
order_content content_of(bool partial = false) {
  order_content content;
  content.customer = "ann";
  content.currency = currency_code{"GBP"};
  content.method = payment_method::account;
  content.allow_partial = partial;
  content.lines = {{"tea", 2, 10}, {"jam", 1, 5}, {"tea", 4, 10}, {"rye", 9, 1}};
  content.group_lines();
  return content;
}

const command_body place = place_order{nullptr, {}, 7};
const command_body tea_no = reserve_answer{0, {no, no}, short_of, 5};
const command_body tea_half = reserve_answer{0, {yes, no}, short_of, 3};
const command_body tea_yes = reserve_answer{0, {yes, yes}, reject_reason::none};
const command_body jam_no = reserve_answer{1, {no}, unknown_sku};
const command_body jam_yes = reserve_answer{1, {yes}, reject_reason::none};
const command_body rye_no = reserve_answer{3, {no}, short_of, 8};
const command_body rye_yes = reserve_answer{3, {yes}, reject_reason::none};

order_state after(const std::vector<command_body>& commands, const order_content& content) {
  order_state state;
  for (const auto& command : commands) {
    order_events ignored;
    EXPECT_EQ(handle(state, content, command, 1, ignored), rejection_code::none);
  }
  return state;
}

refused_part line_part(std::uint16_t line, std::int64_t asked, std::optional<std::int64_t> available) {
  return {line, asked, available, {}};
}

} // namespace

TEST(RefusedPart, IsTheFirstRefusedLineWhicheverItemAnsweredFirst) {
  const auto content = content_of();
  const std::vector<std::vector<command_body>> orders{
      {place, tea_no, jam_no, rye_no}, {place, jam_no, tea_no, rye_no}, {place, rye_no, jam_no, tea_no}};
  for (const auto& commands : orders) {
    const auto state = after(commands, content);
    EXPECT_EQ(state.status, order_status::rejected);
    EXPECT_EQ(state.reason, short_of);
    EXPECT_EQ(state.outcome->reason, short_of);
    EXPECT_EQ(state.refused, line_part(1, 6, 5)) << "both lines of tea ask for 6 together";
  }
  EXPECT_EQ(after({place, rye_no, tea_yes, jam_no}, content).refused, line_part(2, 1, std::nullopt));
  EXPECT_EQ(after({place, rye_no, tea_yes, jam_no}, content).reason, unknown_sku);
}

TEST(RefusedPart, IsOneLineWhereAPartIsAllowed) {
  const auto content = content_of(true);
  EXPECT_EQ(after({place, tea_half}, content).refused, line_part(3, 4, 3));
  EXPECT_EQ(after({place, rye_no, tea_no, jam_no}, content).refused, line_part(1, 2, 5));
  const command_body paid = authorize_answer{payment_state::authorized, reject_reason::none, 20};
  EXPECT_FALSE(after({place, tea_half, jam_no, rye_no, paid}, content).refused) << "it is confirmed";
}

TEST(RefusedPart, IsThePaymentWhenThatIsRefused) {
  const auto content = content_of();
  const command_body unpaid =
      authorize_answer{payment_state::refused, reject_reason::credit_limit, 74, 70, currency_code{"GBP"}};
  const auto state = after({place, tea_yes, jam_yes, rye_yes, unpaid}, content);
  EXPECT_EQ(state.refused, (refused_part{refused_part::payment, 74, 70, currency_code{"GBP"}}));
}

TEST(RefusedPart, IsNoneOfADeadlineOrACancellation) {
  const auto partial = content_of(true);
  EXPECT_FALSE(after({place, tea_half, expire_order{}}, partial).refused);
  EXPECT_FALSE(after({place, tea_half, cancel_order{}}, partial).refused);
  const auto content = content_of();
  const auto late = after({place, expire_order{}, tea_no}, content);
  EXPECT_FALSE(late.refused) << "the deadline had passed before";
  EXPECT_EQ(late.reason, reject_reason::deadline_passed);
}

TEST(RefusedPart, IsNotGuessedForAnOrderOfAnEarlierVersion) {
  // Stored while it gave back, before lines were recorded: its reason is there, its line is not.
  const auto content = content_of();
  auto state = after({place, rye_no}, content);
  state.refused.reset();
  order_events events;
  EXPECT_EQ(handle(state, content, tea_no, 2, events), rejection_code::none);
  EXPECT_FALSE(state.refused);
  EXPECT_EQ(state.reason, short_of);
}

TEST(RefusedPart, IsStoredWithTheOrderAndOfOneOfItsLines) {
  auto state = after({place, tea_no}, content_of());
  EXPECT_EQ(*decode_order_state(encode(state)), state);
  state.refused = {refused_part::payment, 74, std::nullopt, currency_code{"EUR"}};
  EXPECT_EQ(*decode_order_state(encode(state)), state);
  state.refused = line_part(5, 1, 1);
  EXPECT_FALSE(decode_order_state(encode(state))) << "it has four lines";
}

namespace test {

namespace {

/// The reply to the placement, and what `get` says of the same before and after a restart.
v1::placement refused(mini_engine& engine, const v1::request& what) {
  const auto reply = engine.ask(what);
  EXPECT_EQ(reply.placement().status(), v1::REJECTED) << reply.ShortDebugString();
  for (int restarts = 0; restarts < 2; ++restarts) {
    const auto shown = engine.ask(get(what.place_order().order_id())).order();
    EXPECT_EQ(shown.refused_line().ShortDebugString(), reply.placement().refused_line().ShortDebugString());
    EXPECT_EQ(shown.has_refused_line(), reply.placement().has_refused_line());
    EXPECT_EQ(shown.refused_payment().ShortDebugString(),
              reply.placement().refused_payment().ShortDebugString());
    EXPECT_EQ(engine.ask(what).SerializeAsString(), reply.SerializeAsString());
    engine.forget_everything();
  }
  return reply.placement();
}

} // namespace

TEST(RefusedPart, IsNamedByThePlacementAndByGetAcrossShardsAndRestarts) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    mini_engine engine{{.shards = 5, .seed = seed}};
    engine.ask(stock("tea", 5, 1));
    engine.ask(stock("rye", 8, 2));
    engine.ask(account("ann", 1'000, 3));
    const auto said = refused(
        engine, place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"rye", 1}, {"tea", 2}, {"jam", 1}, {"tea", 4}}));
    EXPECT_EQ(said.reason(), v1::INSUFFICIENT_STOCK);
    EXPECT_EQ(said.refused_line().line(), 2U);
    EXPECT_EQ(said.refused_line().sku(), "tea");
    EXPECT_EQ(said.refused_line().quantity(), 6);
    EXPECT_EQ(said.refused_line().lines(), 2U);
    EXPECT_EQ(said.refused_line().available(), 5);
    EXPECT_FALSE(said.has_refused_payment());
  }
}

TEST(RefusedPart, SaysWhatIsLeftOfTheLimitOfTheAccountThatRefused) {
  mini_engine engine{{.shards = 3}};
  engine.ask(stock("tea", 50, 1));
  engine.ask(account("poor", 250, 2));
  engine.ask(account("euro", 10'000, 3, "EUR"));
  engine.ask(place(id_of(1, "poor"), "poor", v1::ACCOUNT, {{"tea", 2, 100}}));
  const auto poor = refused(engine, place(id_of(2, "poor"), "poor", v1::ACCOUNT, {{"tea", 1, 51}}));
  EXPECT_EQ(poor.refused_payment().account(), "poor");
  EXPECT_EQ(poor.refused_payment().amount_minor(), 51);
  EXPECT_EQ(poor.refused_payment().available_minor(), 50);
  EXPECT_FALSE(poor.has_refused_line());
  const auto euro = refused(engine, place(id_of(3, "euro"), "euro", v1::ACCOUNT, {{"tea", 1, 1}}));
  EXPECT_EQ(euro.refused_payment().account_currency(), "EUR");
  const auto nobody = refused(engine, place(id_of(4, "nobody"), "nobody", v1::ACCOUNT, {{"tea", 1, 1}}));
  EXPECT_EQ(nobody.refused_payment().account(), "nobody");
  EXPECT_FALSE(nobody.refused_payment().has_available_minor());
}

TEST(RefusedPart, NamesNoAccountOfACard) {
  mini_engine engine{{.provider = {.decline_rate = 1}}};
  engine.ask(stock("tea", 50, 1));
  const auto said = refused(engine, place(id_of(1, "ann"), "ann", v1::CARD, {{"tea", 3, 7}}));
  EXPECT_EQ(said.refused_payment().amount_minor(), 21);
  EXPECT_EQ(said.refused_payment().account(), "");
}

} // namespace test

} // namespace orderd::actors
