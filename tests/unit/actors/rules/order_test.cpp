// The rules of an order, one row a rule: a status reached by commands, one more command, its events.
#include "actors/rules/order.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace orderd::actors {

namespace {

constexpr auto yes = line_state::reserved;
constexpr auto no = line_state::refused;
constexpr auto short_of = reject_reason::insufficient_stock;

std::string_view name_of(const order_event& event) {
  static constexpr std::array<std::string_view, std::variant_size_v<order_event>> names{
      "placed",
      "reservation_requested",
      "reservation_answered",
      "authorization_requested",
      "authorized",
      "payment_refused",
      "payment_unknown",
      "confirmed",
      "rejecting",
      "cancelling",
      "customer_told",
      "release_requested",
      "given_back",
      "void_requested",
      "voided",
      "rejected",
      "cancelled",
      "noted"};
  return names[event.index()];
}

std::string names_of(const order_events& events) {
  std::string names;
  for (const auto& event : events)
    names += (names.empty() ? "" : " ") + std::string{name_of(event)};
  return names;
}

/// Two SKUs, the first on two lines: 2 + 4 of tea at 10, 1 of jam at 5.
order_content content_of(bool partial = false, payment_method method = payment_method::account) {
  order_content content;
  content.customer = "ann";
  content.currency = currency_code{"GBP"};
  content.method = method;
  content.allow_partial = partial;
  content.lines = {{"tea", 2, 10}, {"jam", 1, 5}, {"tea", 4, 10}};
  content.group_lines();
  return content;
}

const command_body place = place_order{nullptr, {}, 7};
const command_body place_other = place_order{nullptr, {}, 8};
const command_body cancel = cancel_order{};
const command_body expire = expire_order{};
const command_body tea_yes = reserve_answer{0, {yes, yes}, reject_reason::none};
const command_body tea_half = reserve_answer{0, {yes, no}, short_of};
const command_body tea_no = reserve_answer{0, {no, no}, short_of};
const command_body jam_yes = reserve_answer{1, {yes}, reject_reason::none};
const command_body jam_no = reserve_answer{1, {no}, reject_reason::unknown_sku};
const command_body tea_back = release_answer{0};
const command_body jam_back = release_answer{1};
const command_body paid = authorize_answer{payment_state::authorized, reject_reason::none, 65};
const command_body unpaid = authorize_answer{payment_state::refused, reject_reason::credit_limit, 65};
const command_body unknown = authorize_answer{payment_state::unknown, reject_reason::none, 65};
const command_body voided = void_answer{};
const command_body cancel_by = cancel_order{"eve", "wrong address"};
const command_body noted = note_action{{5, action_kind::retry, "eve", ""}};

struct rule {
  const char* name;
  std::vector<command_body> before;
  command_body what;
  std::string events;
  order_status status;
  rejection_code rejected = rejection_code::none;
  bool partial = false;
  payment_method method = payment_method::account;
};

class OrderRule : public testing::TestWithParam<rule> {};

using enum order_status;
constexpr auto card = payment_method::card;
constexpr auto by_account = payment_method::account;
constexpr auto fine = rejection_code::none;

const std::vector<rule> rules{
    {"PlacesAndAsksTheItems", {}, place, "placed reservation_requested", reserving},
    {"CancelOfNothingIsRefused", {}, cancel, "", none, rejection_code::not_found},
    {"NotesWhoCancelled", {place}, cancel_by, "cancelling noted customer_told", cancelling},
    {"NotesNobodyWhoCancelsAgain", {place, cancel}, cancel_by, "", cancelling},
    {"NotesNobodyWhoCancelsTooLate",
     {place, jam_no, tea_no},
     cancel_by,
     "",
     rejected,
     rejection_code::already_rejected},
    {"NotesWhatPeopleDid", {place, tea_yes, jam_yes, paid}, noted, "noted", confirmed},
    {"NotesNothingOfAnOrderThatIsNone", {}, noted, "", none},
    {"SameContentAgainIsNoEvent", {place}, place, "", reserving},
    {"OtherContentIsAConflict", {place}, place_other, "", reserving, rejection_code::conflict},
    {"OtherContentIsAConflictAfterTheEnd",
     {place, tea_yes, jam_yes, paid},
     place_other,
     "",
     confirmed,
     rejection_code::conflict},
    {"WaitsForEveryAnswer", {place}, tea_yes, "reservation_answered", reserving},
    {"AsksForTheMoneyWhenAllIsReserved",
     {place, tea_yes},
     jam_yes,
     "reservation_answered authorization_requested",
     authorizing},
    {"TellsTheCustomersAccountWhenACardPays",
     {place, tea_yes},
     jam_yes,
     "reservation_answered customer_told authorization_requested",
     authorizing,
     fine,
     false,
     card},
    {"AnswerSaidTwiceChangesNothing", {place, tea_yes}, tea_yes, "", reserving},
    {"ConfirmsWhenPaid", {place, tea_yes, jam_yes}, paid, "authorized confirmed", confirmed},
    {"RejectsOnARefusedLine",
     {place, tea_yes},
     jam_no,
     "reservation_answered rejecting customer_told release_requested",
     rejecting},
    {"RejectsAtOnceWhenNothingIsHeldOrAsked",
     {place, jam_no},
     tea_no,
     "reservation_answered rejected",
     rejected},
    {"WaitsForOpenAnswersBeforeItGivesBack",
     {place},
     jam_no,
     "reservation_answered rejecting customer_told",
     rejecting},
    {"GivesBackWhatIsAnsweredLate",
     {place, jam_no},
     tea_yes,
     "reservation_answered release_requested",
     rejecting},
    {"EndsWhenAllIsGivenBack", {place, tea_yes, jam_no}, tea_back, "given_back rejected", rejected},
    {"GivenBackTwiceChangesNothing", {place, tea_yes, jam_no, tea_back}, tea_back, "", rejected},
    {"NothingIsGivenBackUnasked", {place, jam_no}, tea_back, "", rejecting},
    {"PartTakesWhatThereIs",
     {place, tea_half},
     jam_no,
     "reservation_answered authorization_requested",
     authorizing,
     fine,
     true},
    {"PartOfNothingIsRejected",
     {place, tea_no},
     jam_no,
     "reservation_answered rejecting customer_told rejected",
     rejected,
     fine,
     true},
    {"RefusedPaymentGivesAllBack",
     {place, tea_yes, jam_yes},
     unpaid,
     "payment_refused rejecting release_requested release_requested",
     rejecting},
    {"UnknownPaymentWaits",
     {place, tea_yes, jam_yes},
     unknown,
     "payment_unknown",
     authorizing,
     fine,
     false,
     card},
    {"UnknownSaidTwiceChangesNothing",
     {place, tea_yes, jam_yes, unknown},
     unknown,
     "",
     authorizing,
     fine,
     false,
     card},
    {"UnknownPaymentCanStillConfirm",
     {place, tea_yes, jam_yes, unknown},
     paid,
     "authorized confirmed",
     confirmed,
     fine,
     false,
     card},
    {"DeadlineRejectsWhileReserving", {place}, expire, "rejecting customer_told", rejecting},
    {"DeadlineRejectsWhileAuthorizing",
     {place, tea_yes, jam_yes},
     expire,
     "rejecting release_requested release_requested",
     rejecting},
    {"DeadlineAfterTheEndChangesNothing", {place, tea_yes, jam_yes, paid}, expire, "", confirmed},
    {"LatePaymentIsVoided", {place, tea_yes, jam_yes, expire}, paid, "authorized void_requested", rejecting},
    {"LateRefusalNeedsNoVoid",
     {place, tea_yes, jam_yes, expire, tea_back, jam_back},
     unpaid,
     "payment_refused rejected",
     rejected},
    {"PaymentUnderWayIsAwaited",
     {place, tea_yes, jam_yes, expire, tea_back},
     jam_back,
     "given_back",
     rejecting},
    {"EndsWhenTheVoidIsAcknowledged",
     {place, tea_yes, jam_yes, expire, tea_back, jam_back, paid},
     voided,
     "voided rejected",
     rejected},
    {"CancelsWhileReserving", {place}, cancel, "cancelling customer_told", cancelling},
    {"CancelsWhileAuthorizing",
     {place, tea_yes, jam_yes},
     cancel,
     "cancelling release_requested release_requested",
     cancelling},
    {"CancelsAfterConfirmation",
     {place, tea_yes, jam_yes, paid},
     cancel,
     "cancelling release_requested release_requested void_requested",
     cancelling},
    {"CancelSaidTwiceChangesNothing", {place, cancel}, cancel, "", cancelling},
    {"RefusalWhileCancellingStaysCancelled",
     {place, cancel, jam_no},
     tea_no,
     "reservation_answered cancelled",
     cancelled},
    {"CancelOfRejectingIsRefused", {place, expire}, cancel, "", rejecting, rejection_code::already_rejected},
    {"CancelOfRejectedIsRefused",
     {place, jam_no, tea_no},
     cancel,
     "",
     rejected,
     rejection_code::already_rejected},
    {"LateAnswerAfterConfirmationChangesNothing", {place, tea_yes, jam_yes, paid}, tea_no, "", confirmed},
    {"LatePaymentAfterConfirmationChangesNothing", {place, tea_yes, jam_yes, paid}, unpaid, "", confirmed},
    {"LateVoidAfterConfirmationChangesNothing", {place, tea_yes, jam_yes, paid}, voided, "", confirmed},
    {"GuestTellsNoAccount", {place}, expire, "rejecting", rejecting, fine, false, payment_method::none},
};

} // namespace

TEST_P(OrderRule, HasItsEvents) {
  const auto& row = GetParam();
  auto content = content_of(row.partial, row.method);
  if (row.method == payment_method::none)
    content.customer.clear();
  order_state state;
  for (const auto& command : row.before) {
    order_events ignored;
    EXPECT_EQ(handle(state, content, command, 1, ignored), rejection_code::none);
  }
  const auto before = state;
  order_events events;
  EXPECT_EQ(handle(state, content, row.what, 2, events), row.rejected);
  EXPECT_EQ(names_of(events), row.events);
  EXPECT_EQ(state.status, row.status);
  EXPECT_EQ(state.updated_at_ms, events.empty() ? before.updated_at_ms : 2);
  EXPECT_TRUE(state.status == none || is_legal_history(state.history, state.status));
}

INSTANTIATE_TEST_SUITE_P(Table, OrderRule, testing::ValuesIn(rules),
                         [](const auto& named) { return named.param.name; });

namespace {

order_state after(const std::vector<command_body>& commands, const order_content& content) {
  order_state state;
  for (const auto& command : commands) {
    order_events ignored;
    EXPECT_EQ(handle(state, content, command, 1, ignored), fine);
  }
  return state;
}

} // namespace

TEST(Order, RecordsTheOutcomeOfItsPlacementForEver) {
  const auto content = content_of();
  const auto confirmed_outcome = placement_outcome{confirmed, reject_reason::none, 65, 3};
  EXPECT_EQ(after({place, tea_yes, jam_yes, paid}, content).outcome, confirmed_outcome);
  const auto gone = after({place, tea_yes, jam_yes, paid, cancel, tea_back, jam_back, voided}, content);
  EXPECT_EQ(gone.status, cancelled);
  EXPECT_EQ(gone.outcome, confirmed_outcome);
  EXPECT_EQ(after({place, jam_no, tea_no}, content).outcome, (placement_outcome{rejected, short_of, 0, 0}))
      << "of the first line, whichever item answered first";
  EXPECT_EQ(after({place, tea_yes, jam_yes, expire}, content).outcome,
            (placement_outcome{rejected, reject_reason::deadline_passed, 0, 0}))
      << "before all is given back";
  EXPECT_EQ(after({place, cancel}, content).outcome,
            (placement_outcome{cancelled, reject_reason::cancelled_by_request, 0, 0}));
}

TEST(Order, AsksForTheMoneyOfReservedLinesOnly) {
  const auto content = content_of(true);
  auto state = after({place, tea_half}, content);
  order_events events;
  ASSERT_EQ(handle(state, content, jam_no, 1, events), fine);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(std::get<authorization_requested>(events[1]).amount_minor, 20);
}

TEST(Order, GivesBackTheUnitsOfAllLinesOfASku) {
  const auto content = content_of();
  auto state = after({place, tea_yes}, content);
  order_events events;
  ASSERT_EQ(handle(state, content, jam_no, 1, events), fine);
  const auto& released = std::get<release_requested>(events.back());
  EXPECT_EQ(released.first_line, 0);
  EXPECT_EQ(released.quantity, 6);
}

TEST(Order, TellsAQuarantinedAccountAgainLater) {
  // The quarantined account did not see `authorize`, so it does not know the order.
  const auto content = content_of();
  auto state = after({place, tea_yes, jam_yes}, content);
  EXPECT_TRUE(state.linked);
  order_events events;
  const authorize_answer refused{payment_state::refused, reject_reason::quarantined, 65};
  ASSERT_EQ(handle(state, content, refused, 1, events), fine);
  EXPECT_EQ(names_of(events), "payment_refused rejecting customer_told release_requested release_requested");
}

TEST(Order, ThrowsOnWhatNobodySends) {
  const auto content = content_of();
  order_state state;
  order_events events;
  EXPECT_THROW(static_cast<void>(handle(state, content, tea_yes, 1, events)), runtime::bug);
  EXPECT_THROW(static_cast<void>(handle(state, content, set_stock{}, 1, events)), runtime::bug);
  state = after({place}, content);
  const reserve_answer second_line{2, {yes}, reject_reason::none};
  EXPECT_THROW(static_cast<void>(handle(state, content, second_line, 1, events)), runtime::bug);
  const reserve_answer too_short{0, {yes}, reject_reason::none};
  EXPECT_THROW(static_cast<void>(handle(state, content, too_short, 1, events)), runtime::bug);
}

TEST(Order, ThrowsOnAStatusThatCannotFollow) {
  const auto content = content_of();
  auto state = after({place}, content);
  EXPECT_THROW(apply(state, content, order_confirmed{}, 1), runtime::bug);
}

TEST(OrderContent, FindsTheLinesOfOneSku) {
  const auto content = content_of();
  EXPECT_TRUE(content.lines[0].first_of_sku);
  EXPECT_EQ(content.lines[0].next_of_sku, 2);
  EXPECT_TRUE(content.lines[1].first_of_sku);
  EXPECT_EQ(content.lines[1].next_of_sku, order_content::no_line);
  EXPECT_FALSE(content.lines[2].first_of_sku);
  EXPECT_EQ(content.total_minor(), 65);
}

TEST(OrderContent, HasAnotherDigestWhenAnythingIsOther) {
  const auto base = content_of();
  std::vector<order_content> others(9, base);
  others[0].reference = "r";
  others[1].customer = "an";
  others[2].currency = currency_code{"EUR"};
  others[3].method = payment_method::card;
  others[4].allow_partial = true;
  others[5].lines[0].quantity = 3;
  others[6].lines[1].unit_price_minor = 6;
  others[7].lines[1].sku = "jan";
  std::swap(others[8].lines[0], others[8].lines[2]);
  for (std::size_t i = 0; i < others.size(); ++i)
    EXPECT_NE(others[i].digest(), base.digest()) << i;
  auto same = base;
  same.placed_at_ms = 99;
  EXPECT_EQ(same.digest(), base.digest()) << "the time of placing is not the client's";
}

} // namespace orderd::actors
