// The rules of an order: pure, no clock, no storage, no messages.
//
// *Operation*: for each command, `decide` says which events follow from it, or why not. Each event is
// given to `apply`, the only place where the state changes. Then `advance` says what follows from the
// state alone (ask for the money once every line is answered, settle once everything is given back),
// until it has nothing more to say. `handle` does all of it. What an event owes to others (commands,
// replies, timers) is the business of the shell, order_entity.cpp.
//
// *The rules*: every line of one SKU is asked for by one command and answered by one. All answered:
// authorize the sum of the reserved lines. One refused line rejects the order, unless it allows a part; when
// several are refused, reason and line are those of the first by number, whichever item answered first.
// An order that is rejecting or cancelling gives back what it holds as soon as it knows that it holds
// it, never before, and settles when nothing is asked, reserved or being given back. So a settled order
// holds all it confirmed, or nothing.
#pragma once

#include "actors/rules/commands.hpp"
#include "actors/rules/lifecycle.hpp"
#include "actors/rules/order_content.hpp"
#include "actors/rules/packed_sequence.hpp"
#include "actors/rules/status_times.hpp"
#include "actors/rules/types.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace orderd::actors {

/// The outcome of a placement: recorded once, the reply for ever.
struct placement_outcome {
  order_status status = order_status::none; ///< confirmed, rejected or cancelled
  reject_reason reason = reject_reason::none;
  std::int64_t authorized_minor = 0;
  std::uint32_t lines_reserved = 0;
  friend bool operator==(const placement_outcome&, const placement_outcome&) = default;
};

/// The part of an order that was refused, of which its reason is: a line, or the payment.
struct refused_part {
  static constexpr std::uint16_t payment = 0;

  std::uint16_t line = payment; ///< the number of the line, from 1
  std::int64_t asked = 0; ///< units: of the line, of all lines of its SKU unless a part is allowed; or money
  std::optional<std::int64_t> available = {}; ///< at that moment; none: not known, or there is nothing
  currency_code account_currency = {};        ///< of the account that refused; not set: none is known
  friend bool operator==(const refused_part&, const refused_part&) = default;
};

struct order_state {
  order_status status = order_status::none;
  line_states lines;
  reject_reason reason = reject_reason::none;
  payment_state payment = payment_state::none;
  std::int64_t authorized_minor = 0; ///< authorized now
  std::optional<placement_outcome> outcome;
  std::uint64_t content_digest = 0;
  status_history history;
  std::int64_t updated_at_ms = 0;
  bool linked = false;                 ///< the customer's account knows the order, or has been told
  std::optional<refused_part> refused; ///< what `reason` is about; states of earlier versions have none
  std::optional<status_times> times;   ///< of `history`; orders that an earlier version placed have none
  operator_actions actions;            ///< of people
  friend bool operator==(const order_state&, const order_state&) = default;
};

// -- events: facts about an order, in the past tense ----------------------------------------------

struct order_placed {
  std::uint64_t content_digest = 0;
  std::size_t lines = 0;
};
/// Every item is asked for its lines.
struct reservation_requested {};
struct reservation_answered {
  std::uint16_t first_line = 0;
  line_states lines;
  reject_reason reason = reject_reason::none;
  std::optional<std::int64_t> available = {};
};
struct authorization_requested {
  std::int64_t amount_minor = 0;
};
struct payment_authorized {
  std::int64_t amount_minor = 0;
};
struct payment_refused {
  reject_reason reason = reject_reason::none;
  refused_part what = {};
};
/// The provider did not answer; the card payment is asking.
struct payment_unknown {};
struct order_confirmed {};
struct rejection_began {
  reject_reason reason = reject_reason::none;
};
struct cancellation_began {};
/// The customer's account is told of the order. One that pays for it learns of it with `authorize`.
struct customer_told {};
struct release_requested {
  std::uint16_t first_line = 0;
  std::int64_t quantity = 0;
};
struct units_given_back {
  std::uint16_t first_line = 0;
};
struct void_requested {
  std::int64_t amount_minor = 0;
};
struct payment_voided {};
struct order_rejected {};
struct order_cancelled {};
/// A person did something about it; without a time: now.
struct action_noted {
  operator_action what;
};

using order_event =
    std::variant<order_placed, reservation_requested, reservation_answered, authorization_requested,
                 payment_authorized, payment_refused, payment_unknown, order_confirmed, rejection_began,
                 cancellation_began, customer_told, release_requested, units_given_back, void_requested,
                 payment_voided, order_rejected, order_cancelled, action_noted>;
using order_events = std::vector<order_event>;

/// Appends to `out` what follows from the command. A rejection: nothing is appended. `content` is the
/// order's, or the one to be placed: a new one has to be in a currency there is, or it is INVALID_FIELD.
/// Throws `bug` for a command nobody can send in this status.
[[nodiscard]] rejection_code decide(const order_state& state, const order_content& content,
                                    const command_body& what, order_events& out);

/// Appends to `out` what follows from the state alone; nothing: it waits for an answer, or is settled.
void advance(const order_state& state, const order_content& content, order_events& out);

/// The event happens. Throws `bug` when the table of lifecycle.hpp forbids its status.
void apply(order_state& state, const order_content& content, const order_event& event, std::int64_t now_ms);

/// Decides, applies and advances until nothing more follows; `out` gets every event, in order.
/// Pre: `out` is empty.
[[nodiscard]] rejection_code handle(order_state& state, const order_content& content,
                                    const command_body& what, std::int64_t now_ms, order_events& out);

/// A cancellation is accepted and its end is not near: the provider did not say what became of the card, and
/// is asked until it does. Who cancels is told so, rather than kept waiting.
bool waits_for_provider(const order_state& state) noexcept;

} // namespace orderd::actors
