// The rules of a payment account: one customer's credit, in one currency. Pure.
//
// *The rules*: what is held, and captured and not refunded, stays within the credit limit. Every change
// keeps authorized = held + captured + voided. What was ever authorized, captured, voided and refunded
// decides nothing: where the next hold would not fit an int64, what is voided and refunded is first taken off
// all four, and only what is used stays. An account that was never set has no currency: it only keeps the
// chain of the customer's orders, the newest of which it names.
#pragma once

#include "actors/rules/commands.hpp"
#include "actors/rules/recent_commands.hpp"
#include "actors/rules/types.hpp"

#include <cstdint>
#include <optional>
#include <variant>

namespace orderd::actors {

struct account_state {
  currency_code currency; ///< not set: no account yet
  std::int64_t credit_limit_minor = 0;
  std::int64_t held_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t voided_minor = 0;
  std::int64_t authorized_minor = 0; ///< everything authorized since the books were closed
  std::int64_t refunded_minor = 0;
  order_key last_order; ///< the newest of the customer's chain; not set: none
  recent_commands recent;
  std::int64_t updated_at_ms = 0;

  bool is_open() const noexcept { return currency.is_set(); }
  /// Held, and captured and not refunded: what the limit bounds.
  std::int64_t used_minor() const noexcept { return held_minor + (captured_minor - refunded_minor); }
  friend bool operator==(const account_state&, const account_state&) = default;
};

struct account_was_set {
  command_id id;
  currency_code currency;
  std::int64_t credit_limit_minor = 0;
};
/// An order brought credit, and opened the account if there was none.
struct credit_added {
  currency_code currency;
  std::int64_t amount_minor = 0;
};
struct order_linked {
  order_key order;
};
struct amount_held {
  std::int64_t amount_minor = 0;
};
struct amount_voided {
  std::int64_t amount_minor = 0;
};
using account_event = std::variant<account_was_set, credit_added, order_linked, amount_held, amount_voided>;

/// Guards of `set_account`, in order: said before -> NONE, and `repeated`; its id said with other content ->
/// CONFLICT; another currency -> CURRENCY_FIXED; to be opened in a currency that there is not ->
/// INVALID_FIELD; a limit below what is used -> BELOW_HELD.
struct set_account_decision {
  rejection_code rejected = rejection_code::none;
  bool repeated = false;
};
set_account_decision decide(const account_state& state, const set_account& what);

/// What the order brings of credit, as far as a limit can hold it; nothing: none, or in another currency than
/// the account's. It happens before `authorize` is decided.
std::optional<credit_added> added_by(const account_state& state, const authorize& what);

/// Guards of `authorize`, in order: never set -> UNKNOWN_ACCOUNT; another currency ->
/// CURRENCY_MISMATCH; more than is left of the limit -> CREDIT_LIMIT.
reject_reason decide(const account_state& state, const authorize& what);

/// What is told of that to the order; a refusal tells what is left of the limit and in which currency.
authorize_answer answer_to(const account_state& state, const authorize& what);

/// Whether there is something to void. Throws `bug` when more is voided than is held.
bool decide(const account_state& state, const void_authorization& what);

void apply(account_state& state, const account_event& event, std::int64_t now_ms);

} // namespace orderd::actors
