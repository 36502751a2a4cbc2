#include "actors/rules/account.hpp"

#include "actors/rules/currency.hpp"
#include "actors/rules/money.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/result.hpp"

#include <algorithm>
#include <limits>

namespace orderd::actors {

namespace {

/// Of `set_account`: the currency (3 bytes) and the limit as a `u64`. Stored with the command's id, so it
/// never changes.
std::uint64_t content_hash(const currency_code& currency, std::int64_t credit_limit_minor) {
  std::string bytes{currency.view()};
  runtime::append_integer(bytes, static_cast<std::uint64_t>(credit_limit_minor));
  return runtime::hash_bytes(bytes);
}

} // namespace

set_account_decision decide(const account_state& state, const set_account& what) {
  const auto known = state.recent.recall(what.id, content_hash(what.currency, what.credit_limit_minor));
  if (known == recent_commands::memory::same)
    return {rejection_code::none, true};
  if (known == recent_commands::memory::other)
    return {rejection_code::conflict, false};
  if (state.is_open() && state.currency != what.currency)
    return {rejection_code::currency_fixed, false};
  if (!state.is_open() && !currency_places(what.currency.view()))
    return {rejection_code::invalid_field, false};
  if (what.credit_limit_minor < state.used_minor())
    return {rejection_code::below_held, false};
  return {};
}

std::optional<credit_added> added_by(const account_state& state, const authorize& what) {
  if (what.added_credit_minor == 0 || (state.is_open() && state.currency != what.currency))
    return std::nullopt;
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return credit_added{what.currency, std::min(what.added_credit_minor, most - state.credit_limit_minor)};
}

reject_reason decide(const account_state& state, const authorize& what) {
  if (!state.is_open())
    return reject_reason::unknown_account;
  if (state.currency != what.currency)
    return reject_reason::currency_mismatch;
  if (what.amount_minor > state.credit_limit_minor - state.used_minor())
    return reject_reason::credit_limit;
  return reject_reason::none;
}

authorize_answer answer_to(const account_state& state, const authorize& what) {
  const auto reason = decide(state, what);
  if (reason == reject_reason::none)
    return {payment_state::authorized, reason, what.amount_minor};
  authorize_answer refused{payment_state::refused, reason, what.amount_minor};
  if (state.is_open()) {
    refused.available_minor = state.credit_limit_minor - state.used_minor();
    refused.account_currency = state.currency;
  }
  return refused;
}

bool decide(const account_state& state, const void_authorization& what) {
  // It never was opened, so nothing is held of it: its row was lost, and given up with all that it held.
  if (!state.is_open())
    return false;
  runtime::require(what.amount_minor <= state.held_minor, "more is voided than is held");
  return true;
}

namespace {

/// Makes room in the counters of a lifetime. What is left is what is used, and that is within the limit.
void close_the_books(account_state& state) noexcept {
  state.authorized_minor = state.used_minor();
  state.captured_minor -= state.refunded_minor;
  state.voided_minor = 0;
  state.refunded_minor = 0;
}

struct applier {
  account_state& state;

  void operator()(const account_was_set& event) const {
    state.currency = event.currency;
    state.credit_limit_minor = event.credit_limit_minor;
    state.recent.remember(event.id, content_hash(event.currency, event.credit_limit_minor));
  }
  void operator()(const credit_added& event) const {
    state.currency = event.currency;
    state.credit_limit_minor += event.amount_minor;
  }
  void operator()(const order_linked& event) const { state.last_order = event.order; }
  void operator()(const amount_held& event) const {
    if (!checked_add(state.authorized_minor, event.amount_minor))
      close_the_books(state);
    state.held_minor += event.amount_minor;
    state.authorized_minor += event.amount_minor;
  }
  void operator()(const amount_voided& event) const {
    state.held_minor -= event.amount_minor;
    state.voided_minor += event.amount_minor;
  }
};

} // namespace

void apply(account_state& state, const account_event& event, std::int64_t now_ms) {
  std::visit(applier{state}, event);
  state.updated_at_ms = now_ms;
}

} // namespace orderd::actors
