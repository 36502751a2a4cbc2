// Stored forms: each comes back as it was, looks as its golden file says, and is refused when broken.
//
// A changed golden file means that what is on disks out there can no longer be read: never change one, add a
// new form. ORDERD_WRITE_GOLDEN=1 writes those that are missing.
#include "actors/entities/business_command.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/stored/codec.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orderd::actors {

namespace {

const order_key order_a{"order-id-16bytes"};
const command_id command_a{"command-16-bytes"};
const currency_code gbp{"GBP"};

order_content sample_content() {
  order_content content;
  content.reference = "PO-7";
  content.customer = "ann";
  content.currency = gbp;
  content.method = payment_method::account;
  content.allow_partial = true;
  content.lines = {{"tea", 2, 10}, {"jam", 1, 0}, {"tea", 1'000'000'000, 10}};
  content.placed_at_ms = 1'700'000'000'123;
  content.group_lines();
  return content;
}

order_state sample_order() {
  order_state state;
  state.status = order_status::cancelling;
  state.lines = {line_state::asked, line_state::reserved, line_state::refused, line_state::releasing,
                 line_state::released};
  state.reason = reject_reason::cancelled_by_request;
  state.payment = payment_state::voiding;
  state.authorized_minor = 123'456;
  state.outcome = placement_outcome{order_status::confirmed, reject_reason::none, 123'456, 2};
  state.content_digest = 0x0123456789abcdef;
  state.history = {order_status::placed, order_status::reserving, order_status::authorizing,
                   order_status::confirmed, order_status::cancelling};
  state.updated_at_ms = 1'700'000'000'456;
  state.linked = true;
  return state;
}

item_state sample_item() {
  item_state state;
  state.known = true;
  state.on_hand = 10;
  state.reserved = 4;
  state.received = 9;
  state.shipped = 2;
  state.returned = 3;
  state.recent.remember(command_a, 7);
  state.updated_at_ms = 1'700'000'000'789;
  return state;
}

account_state sample_account() {
  account_state state;
  state.currency = gbp;
  state.credit_limit_minor = 1'000;
  state.held_minor = 100;
  state.captured_minor = 20;
  state.voided_minor = 3;
  state.authorized_minor = 123;
  state.refunded_minor = 5;
  state.last_order = order_a;
  state.recent.remember(command_a, 7);
  state.updated_at_ms = 1'700'000'001'000;
  return state;
}

card_state sample_card() {
  return {card_status::voiding, 500, gbp, 3, 1'700'000'001'111};
}

std::vector<command_body> sample_commands() {
  auto content = sample_content();
  content.placed_at_ms = 0;
  const auto digest = content.digest();
  auto stored = encode(content);
  return {place_order{std::make_shared<const order_content>(content), stored, digest},
          cancel_order{},
          expire_order{},
          reserve_answer{3, {line_state::reserved, line_state::refused}, reject_reason::insufficient_stock},
          release_answer{3},
          authorize_answer{payment_state::refused, reject_reason::credit_limit, 77},
          void_answer{},
          set_stock{command_a, 42},
          reserve{order_a, 3, true, {5, 6}},
          release{order_a, 3, 11},
          set_account{command_a, gbp, 1'000},
          link_order{order_a},
          authorize{order_a, gbp, 77},
          void_authorization{order_a, 77},
          provider_answered{2, std::string{"bytes"}},
          ask_provider{},
          note_action{{1'700'000'000'789, action_kind::release, "eve", "gone for good"}}};
}

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += digits[byte >> 4];
    text += digits[byte & 0xf];
    text += i % 32 == 31 || i + 1 == bytes.size() ? '\n' : ' ';
  }
  return text;
}

void expect_golden(const std::string& name, std::string_view bytes) {
  test::expect_golden("actors/" + name + ".hex", hex(bytes));
}

bool same(const order_content& a, const order_content& b) {
  return a.digest() == b.digest() && a.placed_at_ms == b.placed_at_ms
         && a.lines[0].next_of_sku == b.lines[0].next_of_sku;
}

} // namespace

TEST(Codec, KeepsEverySnapshot) {
  EXPECT_TRUE(same(*decode_order_content(encode(sample_content())), sample_content()));
  EXPECT_EQ(*decode_order_state(encode(sample_order())), sample_order());
  EXPECT_EQ(*decode_item_state(encode(sample_item())), sample_item());
  EXPECT_EQ(*decode_account_state(encode(sample_account())), sample_account());
  EXPECT_EQ(*decode_card_state(encode(sample_card())), sample_card());
}

TEST(Codec, KeepsWhatIsNotSetApartFromZero) {
  EXPECT_FALSE(decode_account_state(encode(account_state{}))->is_open());
  EXPECT_FALSE(decode_account_state(encode(account_state{}))->last_order.is_set());
  auto state = sample_order();
  state.outcome.reset();
  EXPECT_FALSE(decode_order_state(encode(state))->outcome.has_value());
}

TEST(Codec, DoesNotMixOneValueIntoTheNext) {
  // Encoders reuse their messages: a big value before a small one must leave nothing behind.
  const auto small = [] {
    order_state state;
    state.status = order_status::placed;
    state.lines = {line_state::asked};
    return state;
  }();
  const auto alone = encode(small);
  static_cast<void>(encode(sample_order()));
  EXPECT_EQ(encode(small), alone);
  const auto no_account = encode(account_state{});
  static_cast<void>(encode(sample_account()));
  EXPECT_EQ(encode(account_state{}), no_account);
}

TEST(Codec, CompletesAContentWithItsTime) {
  auto content = sample_content();
  content.placed_at_ms = 0;
  const auto completed = decode_order_content(with_placed_at(encode(content), 1'700'000'000'123));
  EXPECT_TRUE(same(*completed, sample_content()));
}

/// An order that brings units and credit with it, and what it sends.
order_content bringing_content() {
  auto content = sample_content();
  content.lines[0].added_units = 2;
  content.added_credit_minor = 77;
  return content;
}

TEST(Codec, KeepsWhatAnOrderBringsAndLeavesItOutOfTheDigest) {
  const auto content = *decode_order_content(encode(bringing_content()));
  EXPECT_EQ(content.lines[0].added_units, 2);
  EXPECT_EQ(content.added_credit_minor, 77);
  EXPECT_EQ(content.digest(), sample_content().digest()) << "the same order, whatever it brings";
  const auto reserving = *decode_command_body(encode(command_body{reserve{order_a, 3, true, {5, 6}, 9}}));
  EXPECT_EQ(std::get<reserve>(reserving).added_units, 9);
  const auto asking = *decode_command_body(encode(command_body{authorize{order_a, gbp, 77, 8}}));
  EXPECT_EQ(std::get<authorize>(asking).added_credit_minor, 8);
  EXPECT_FALSE(decode_command_body(encode(command_body{reserve{order_a, 3, true, {5, 6}, -1}})));
  EXPECT_FALSE(decode_command_body(encode(command_body{authorize{order_a, gbp, 77, -1}})));
}

/// An order that names what it was refused for, and the answers that said so.
order_state refused_order() {
  auto state = sample_order();
  state.status = order_status::rejected;
  state.reason = reject_reason::insufficient_stock;
  state.refused = refused_part{2, 6, 5, gbp};
  return state;
}

std::vector<command_body> refusing_answers() {
  return {
      reserve_answer{3, {line_state::reserved, line_state::refused}, reject_reason::insufficient_stock, 5},
      authorize_answer{payment_state::refused, reject_reason::credit_limit, 77, 70, gbp}};
}

TEST(Codec, KeepsWhatARefusalTells) {
  EXPECT_EQ(*decode_order_state(encode(refused_order())), refused_order());
  const auto reserving = *decode_command_body(encode(refusing_answers()[0]));
  EXPECT_EQ(std::get<reserve_answer>(reserving).available, 5);
  const auto paying = *decode_command_body(encode(refusing_answers()[1]));
  EXPECT_EQ(std::get<authorize_answer>(paying).available_minor, 70);
  EXPECT_EQ(std::get<authorize_answer>(paying).account_currency, gbp);
  const auto earlier = *decode_command_body(encode(sample_commands()[3]));
  EXPECT_FALSE(std::get<reserve_answer>(earlier).available) << "an earlier version does not say";
}

/// An order of a trace, with the times of its history and what people did.
order_content traced_content() {
  auto content = sample_content();
  content.trace = trace_key{"trace-id-16bytes"};
  return content;
}

order_state watched_order() {
  auto state = sample_order();
  state.times.emplace();
  state.times->begin(2, 7);
  state.times->begin(4, 300'007);
  state.actions = {{1'700'000'000'456, action_kind::cancel, "eve", "the customer called"},
                   {1'700'000'000'567, action_kind::retry, "bob", ""}};
  return state;
}

const command_body cancelled_by = cancel_order{"eve", "the customer called"};

TEST(Codec, KeepsTimesActionsAndTraceOfAnOrder) {
  EXPECT_EQ(*decode_order_state(encode(watched_order())), watched_order());
  EXPECT_FALSE(decode_order_state(encode(sample_order()))->times) << "an earlier version kept none";
  const auto content = *decode_order_content(encode(traced_content()));
  EXPECT_EQ(content.trace, traced_content().trace);
  EXPECT_EQ(content.digest(), sample_content().digest()) << "the same order, wherever it comes from";
  const auto cancelling = *decode_command_body(encode(cancelled_by));
  EXPECT_EQ(std::get<cancel_order>(cancelling).by, "eve");
  EXPECT_EQ(std::get<cancel_order>(cancelling).why, "the customer called");
  const auto noting = *decode_command_body(encode(sample_commands().back()));
  EXPECT_EQ(std::get<note_action>(noting).what, std::get<note_action>(sample_commands().back()).what);
}

TEST(Codec, SpendsTwoBytesOnTheTimesOfAnOrderThatIsDoneAtOnce) {
  auto state = sample_order();
  const auto before = encode(state).size();
  state.times.emplace();
  for (std::size_t place = 1; place < state.history.size(); ++place)
    state.times->begin(place, 0);
  EXPECT_EQ(encode(state).size(), before + 2);
}

TEST(Codec, KeepsEveryCommand) {
  ASSERT_EQ(sample_commands().size(), std::variant_size_v<command_body>) << "a command without a sample";
  for (const auto& command : sample_commands()) {
    const auto stored = encode(command);
    const auto back = decode_command_body(stored);
    ASSERT_TRUE(back) << command.index();
    EXPECT_EQ(back->index(), command.index());
    EXPECT_EQ(encode(*back), stored) << command.index();
  }
}

TEST(Codec, KeepsAPlacementsContentAndDigest) {
  const auto back = decode_command_body(encode(sample_commands()[0]));
  const auto& placed = std::get<place_order>(*back);
  EXPECT_EQ(placed.content_digest, sample_content().digest());
  EXPECT_EQ(placed.content->lines.size(), 3u);
  EXPECT_EQ(placed.stored, std::get<place_order>(sample_commands()[0]).stored);
}

TEST(Codec, KeepsThatAProviderDidNotAnswer) {
  const auto back = decode_command_body(encode(command_body{provider_answered{3, std::nullopt}}));
  EXPECT_EQ(std::get<provider_answered>(*back).answer, std::nullopt);
  EXPECT_EQ(std::get<provider_answered>(*back).step, 3);
}

TEST(Codec, LooksAsTheGoldenFilesSay) {
  expect_golden("order_content", encode(sample_content()));
  expect_golden("order_state", encode(sample_order()));
  expect_golden("item_state", encode(sample_item()));
  expect_golden("account_state", encode(sample_account()));
  expect_golden("card_state", encode(sample_card()));
  expect_golden("provider_request", encode(provider_request{card_step::query, 500, gbp, 2}));
  expect_golden("provider_reply", encode(provider_outcome::declined));
  expect_golden("order_content_bringing", encode(bringing_content()));
  expect_golden("command_reserve_bringing", encode(command_body{reserve{order_a, 3, true, {5, 6}, 9}}));
  expect_golden("command_authorize_bringing", encode(command_body{authorize{order_a, gbp, 77, 8}}));
  expect_golden("order_state_refused", encode(refused_order()));
  expect_golden("command_reserve_answer_refusing", encode(refusing_answers()[0]));
  expect_golden("command_authorize_answer_refusing", encode(refusing_answers()[1]));
  expect_golden("order_content_traced", encode(traced_content()));
  expect_golden("order_state_watched", encode(watched_order()));
  expect_golden("command_cancel_order_by", encode(cancelled_by));
  for (auto& command : sample_commands())
    expect_golden("command_" + std::string{business_command{command}.name()}, encode(command));
}

TEST(Codec, RefusesWhatIsNoSnapshot) {
  const std::string garbage = "\xff\xff\xff\xff";
  EXPECT_EQ(decode_order_content(garbage).error().code, runtime::fault_code::corrupt);
  EXPECT_FALSE(decode_order_content("")) << "an order has at least one line";
  EXPECT_FALSE(decode_order_state(garbage));
  EXPECT_FALSE(decode_order_state("")) << "an order has a status";
  EXPECT_FALSE(decode_item_state(garbage));
  EXPECT_FALSE(decode_account_state(garbage));
  EXPECT_FALSE(decode_card_state(""));
  EXPECT_FALSE(decode_command_body(garbage));
  EXPECT_FALSE(decode_command_body("")) << "no command at all";
}

TEST(Codec, RefusesNumbersOutOfRange) {
  auto state = sample_order();
  state.status = static_cast<order_status>(9);
  EXPECT_FALSE(decode_order_state(encode(state)));
  state = sample_order();
  state.payment = static_cast<payment_state>(7);
  EXPECT_FALSE(decode_order_state(encode(state)));
  state = sample_order();
  state.reason = static_cast<reject_reason>(10);
  EXPECT_FALSE(decode_order_state(encode(state)));
  state = sample_order();
  state.lines.set(0, static_cast<line_state>(5));
  EXPECT_FALSE(decode_order_state(encode(state)));
  state = sample_order();
  state.history.set(0, static_cast<order_status>(9));
  EXPECT_FALSE(decode_order_state(encode(state)));
  state = watched_order();
  state.actions[0].what = static_cast<action_kind>(4);
  EXPECT_FALSE(decode_order_state(encode(state)));
  state = watched_order();
  state.history = {order_status::placed, order_status::reserving};
  EXPECT_FALSE(decode_order_state(encode(state))) << "more times than statuses";
  EXPECT_FALSE(decode_command_body(encode(command_body{note_action{}})));
  auto card = sample_card();
  card.status = static_cast<card_status>(7);
  EXPECT_FALSE(decode_card_state(encode(card)));
  EXPECT_FALSE(decode_command_body(
      encode(command_body{reserve_answer{0, {line_state::releasing}, reject_reason::none}})));
  EXPECT_FALSE(decode_command_body(encode(command_body{reserve{order_a, 0, false, {}}})));
}

TEST(Codec, TakesAnAnswerThatSaysNothingAsNotKnown) {
  EXPECT_EQ(decode_provider_outcome("\xff\xff"), provider_outcome::not_known);
  EXPECT_EQ(decode_provider_outcome(""), provider_outcome::not_known);
  EXPECT_EQ(decode_provider_outcome(encode(provider_outcome::never_seen)), provider_outcome::never_seen);
}

TEST(BusinessCommand, RefusesOnlyWhatAsks) {
  for (auto& body : sample_commands()) {
    const business_command command{body};
    const auto refusal = command.refusal();
    const bool asks = command.name() == "reserve" || command.name() == "authorize";
    ASSERT_EQ(refusal.has_value(), asks) << command.name();
    if (!asks)
      continue;
    EXPECT_EQ(refusal->to, entity_of(order_a));
    const auto& answer = body_of(*refusal->what);
    if (const auto* lines = std::get_if<reserve_answer>(&answer)) {
      EXPECT_EQ(lines->lines, line_states(2, line_state::refused));
      EXPECT_EQ(lines->reason, reject_reason::quarantined);
    } else {
      EXPECT_EQ(std::get<authorize_answer>(answer).outcome, payment_state::refused);
    }
  }
}

} // namespace orderd::actors
