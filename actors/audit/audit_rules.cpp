#include "actors/audit/audit_rules.hpp"

#include "actors/rules/lifecycle.hpp"
#include "actors/rules/money.hpp"

#include <utility>

namespace orderd::actors {

namespace {

std::string number(std::int64_t value) {
  return std::to_string(value);
}

std::int64_t reserved_money(const order_state& state, const order_content& content) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < content.lines.size(); ++i)
    if (state.lines[i] == line_state::reserved)
      sum = checked_add_line(sum, content.lines[i].quantity, content.lines[i].unit_price_minor).value_or(sum);
  return sum;
}

void audit_confirmed(const order_state& state, const order_content& content, const found_function& found) {
  const auto reserved = state.lines.count(line_state::reserved);
  const auto refused = state.lines.count(line_state::refused);
  const bool whole = reserved == state.lines.size();
  const bool part = content.allow_partial && reserved > 0 && reserved + refused == state.lines.size();
  if (!whole && !part)
    found("S7", "confirmed with " + number(static_cast<std::int64_t>(reserved)) + " of "
                    + number(static_cast<std::int64_t>(state.lines.size())) + " lines reserved");
  if (state.payment != payment_state::authorized)
    found("S7", "confirmed without an authorization");
  const auto due = reserved_money(state, content);
  if (state.authorized_minor != due)
    found("S7", "authorized " + number(state.authorized_minor) + " for lines of " + number(due));
  const placement_outcome outcome{order_status::confirmed, reject_reason::none, state.authorized_minor,
                                  static_cast<std::uint32_t>(reserved)};
  if (state.outcome != outcome)
    found("S7", "the recorded outcome is not that of the order");
}

void audit_ended(const order_state& state, const found_function& found) {
  for (const auto held : {line_state::asked, line_state::reserved, line_state::releasing})
    if (const auto lines = state.lines.count(held); lines > 0)
      found("S7", "ended with " + number(static_cast<std::int64_t>(lines)) + " lines not given back");
  const bool paid = state.payment != payment_state::none && state.payment != payment_state::refused
                    && state.payment != payment_state::voided;
  if (paid || state.authorized_minor != 0)
    found("S7", "ended with an authorization");
  if (!state.outcome)
    found("S7", "ended without a recorded outcome");
}

/// The card payment that goes with what the order knows; while something is under way, any may.
card_status expected_card(payment_state payment) noexcept {
  switch (payment) {
  case payment_state::authorized:
    return card_status::authorized;
  case payment_state::refused:
    return card_status::declined;
  case payment_state::voided:
    return card_status::voided;
  default:
    return card_status::none;
  }
}

void audit_card(const order_state& state, const card_state* card, const found_function& found) {
  const auto status = card != nullptr ? card->status : card_status::none;
  // A quarantined card payment refuses without asking the provider.
  const bool never_asked = state.payment == payment_state::refused && status == card_status::none;
  if (status != expected_card(state.payment) && !never_asked)
    found("S7", "the card payment does not agree with the order");
  if (state.payment == payment_state::authorized && card != nullptr
      && card->amount_minor != state.authorized_minor)
    found("S7", "the card payment is of " + number(card->amount_minor) + ", the order's of "
                    + number(state.authorized_minor));
}

} // namespace

std::string_view invariant_text(std::string_view invariant) noexcept {
  static constexpr std::pair<std::string_view, std::string_view> texts[] = {
      {"S5",
       "of each SKU: received = on hand + shipped - returned to stock, its orders hold what is reserved, and "
       "nothing is negative"},
      {"S6",
       "of each account and currency: authorized = held + captured + voided, and its orders hold what is "
       "held"},
      {"S7",
       "a settled order is confirmed with all its reservations and one authorization, or ended with none of "
       "either"},
      {"S8", "the history of an order is a path of its states"},
      {"INDEX", "each order stands in the indexes of its status and its customer, and whatever stands there "
                "is an order"},
      {"LOST", "nothing is missing of what was stored"},
  };
  for (const auto& [number, text] : texts)
    if (number == invariant)
      return text;
  return {};
}

void audit_item(const item_state& state, const found_function& found) {
  if (state.on_hand < 0 || state.reserved < 0 || state.shipped < 0 || state.returned < 0)
    found("S5", "a negative number of units");
  if (state.reserved > state.on_hand)
    found("S5", "reserved " + number(state.reserved) + " of " + number(state.on_hand) + " on hand");
  if (state.received != wide_sum{state.on_hand} + state.shipped - state.returned)
    found("S5", "received " + number(state.received) + ", on hand " + number(state.on_hand) + ", shipped "
                    + number(state.shipped) + ", returned " + number(state.returned));
}

void audit_account(const account_state& state, const found_function& found) {
  if (state.held_minor < 0 || state.captured_minor < 0 || state.voided_minor < 0 || state.refunded_minor < 0
      || state.refunded_minor > state.captured_minor)
    found("S6", "a negative amount");
  if (state.authorized_minor != wide_sum{state.held_minor} + state.captured_minor + state.voided_minor)
    found("S6", "authorized " + number(state.authorized_minor) + ", held " + number(state.held_minor)
                    + ", captured " + number(state.captured_minor) + ", voided "
                    + number(state.voided_minor));
  const auto used = wide_sum{state.held_minor} + state.captured_minor - state.refunded_minor;
  if (used > state.credit_limit_minor)
    found("S6", "used " + to_text(used) + " of a limit of " + number(state.credit_limit_minor));
}

void audit_order(const order_state& state, const order_content& content, const card_state* card,
                 const found_function& found) {
  if (!is_legal_history(state.history, state.status))
    found("S8", "its history is no path of the table to its status");
  if (state.status == order_status::confirmed)
    audit_confirmed(state, content, found);
  else if (is_settled(state.status))
    audit_ended(state, found);
  if (is_settled(state.status) && content.method == payment_method::card)
    audit_card(state, card, found);
}

} // namespace orderd::actors
