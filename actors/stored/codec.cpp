#include "actors/stored/codec.hpp"

#include "actors/stored/blank_message.hpp"
#include "actors/stored/operator_action_form.hpp"
#include "actors/stored/stored.pb.h"
#include "config/limits.hpp"

#include <utility>

namespace orderd::actors {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace form = stored::v1;

namespace {

fault corrupt(const char* what) {
  return {fault_code::corrupt, what, 0};
}

bool parse(google::protobuf::MessageLite& into, std::string_view stored) {
  return into.ParseFromArray(stored.data(), static_cast<int>(stored.size()));
}

template <class Enum>
bool in_range(std::uint32_t number, Enum last) noexcept {
  return number <= static_cast<std::uint32_t>(last);
}

/// Empty, or exactly one key.
template <class Key>
bool is_key_or_empty(const std::string& bytes) noexcept {
  return bytes.empty() || bytes.size() == Key::size;
}

template <class Key>
Key key_or_unset(const std::string& bytes) {
  return bytes.empty() ? Key{} : Key{bytes};
}

template <class Key>
void set_unless_unset(std::string* field, const Key& key) {
  if (key.is_set())
    field->assign(key.view());
}

} // namespace

// -- an order's content -----------------------------------------------------------------------------

std::string encode(const order_content& content) {
  auto& to = blank<form::order_content>();
  to.set_reference(content.reference);
  to.set_customer(content.customer);
  to.mutable_currency()->assign(content.currency.view());
  to.set_payment_method(static_cast<std::uint32_t>(content.method));
  to.set_allow_partial(content.allow_partial);
  for (const auto& line : content.lines) {
    auto* added = to.add_lines();
    added->set_sku(line.sku);
    added->set_quantity(line.quantity);
    added->set_unit_price_minor(line.unit_price_minor);
    if (line.added_units)
      added->set_added_units(*line.added_units);
  }
  to.set_placed_at_ms(content.placed_at_ms);
  to.set_added_credit_minor(content.added_credit_minor);
  if (content.trace.is_set())
    to.mutable_trace_id()->assign(content.trace.view());
  return to.SerializeAsString();
}

std::string with_placed_at(const std::string& stored, std::int64_t placed_at_ms) {
  // Two serialized messages one after the other are, by protobuf's rules, their merge.
  auto& time = blank<form::order_content>();
  time.set_placed_at_ms(placed_at_ms);
  std::string whole;
  whole.reserve(stored.size() + 16);
  whole = stored;
  time.AppendToString(&whole);
  return whole;
}

result<order_content> decode_order_content(std::string_view stored) {
  thread_local form::order_content from;
  if (!parse(from, stored) || from.currency().size() != currency_code::size
      || !in_range(from.payment_method(), payment_method::card) || from.lines().empty()
      || !is_key_or_empty<trace_key>(from.trace_id())
      || static_cast<std::size_t>(from.lines_size()) > limits::lines_per_order_max)
    return corrupt("an order's content cannot be decoded");
  order_content content;
  content.reference = from.reference();
  content.customer = from.customer();
  content.currency = currency_code{from.currency()};
  content.method = static_cast<payment_method>(from.payment_method());
  content.allow_partial = from.allow_partial();
  content.placed_at_ms = from.placed_at_ms();
  content.added_credit_minor = from.added_credit_minor();
  content.trace = key_or_unset<trace_key>(from.trace_id());
  content.lines.reserve(static_cast<std::size_t>(from.lines_size()));
  for (const auto& line : from.lines()) {
    auto& added = content.lines.emplace_back();
    added.sku = line.sku();
    added.quantity = line.quantity();
    added.unit_price_minor = line.unit_price_minor();
    if (line.has_added_units())
      added.added_units = line.added_units();
  }
  content.group_lines();
  return content;
}

// -- an order's state -------------------------------------------------------------------------------

namespace {

void write(form::refused_part& to, const refused_part& part) {
  to.set_line(part.line);
  to.set_asked(part.asked);
  if (part.available)
    to.set_available(*part.available);
  set_unless_unset(to.mutable_account_currency(), part.account_currency);
}

refused_part read(const form::refused_part& from) {
  return {static_cast<std::uint16_t>(from.line()), from.asked(),
          from.has_available() ? std::optional{from.available()} : std::nullopt,
          key_or_unset<currency_code>(from.account_currency())};
}

} // namespace

std::string encode(const order_state& state) {
  auto& to = blank<form::order_state>();
  to.set_status(static_cast<std::uint32_t>(state.status));
  to.set_lines(state.lines.stored());
  to.set_reason(static_cast<std::uint32_t>(state.reason));
  to.set_payment(static_cast<std::uint32_t>(state.payment));
  to.set_authorized_minor(state.authorized_minor);
  if (state.outcome) {
    auto* outcome = to.mutable_outcome();
    outcome->set_status(static_cast<std::uint32_t>(state.outcome->status));
    outcome->set_reason(static_cast<std::uint32_t>(state.outcome->reason));
    outcome->set_authorized_minor(state.outcome->authorized_minor);
    outcome->set_lines_reserved(state.outcome->lines_reserved);
  }
  to.set_content_digest(state.content_digest);
  to.set_history(state.history.stored());
  to.set_updated_at_ms(state.updated_at_ms);
  to.set_linked(state.linked);
  if (state.refused)
    write(*to.mutable_refused(), *state.refused);
  if (state.times)
    to.set_history_gaps_ms(state.times->stored());
  for (const auto& action : state.actions)
    write_action(*to.add_actions(), action);
  return to.SerializeAsString();
}

namespace {

bool read_actions(const form::order_state& from, operator_actions& to) {
  for (const auto& each : from.actions()) {
    auto action = read_action(each);
    if (!action)
      return false;
    note(to, *std::move(action));
  }
  return true;
}

/// Those of an order that an earlier version placed: none, and no mistake.
bool read_times(const form::order_state& from, std::optional<status_times>& to) {
  if (from.has_history_gaps_ms())
    to = status_times::parse(from.history_gaps_ms(), from.history().size());
  return to.has_value() == from.has_history_gaps_ms();
}

bool is_sound(const form::order_state& from) {
  const auto& outcome = from.outcome();
  return from.status() > 0 && in_range(from.status(), order_status::cancelled)
         && in_range(from.reason(), reject_reason_max) && in_range(from.payment(), payment_state_max)
         && in_range(outcome.status(), order_status::cancelled)
         && in_range(outcome.reason(), reject_reason_max) && from.refused().line() <= from.lines().size()
         && is_key_or_empty<currency_code>(from.refused().account_currency());
}

} // namespace

result<order_state> decode_order_state(std::string_view stored) {
  thread_local form::order_state from;
  const bool sound = parse(from, stored) && is_sound(from);
  auto lines = line_states::parse(from.lines());
  auto history = status_history::parse(from.history());
  order_state state;
  if (!sound || !lines || !history || !read_times(from, state.times) || !read_actions(from, state.actions))
    return corrupt("an order's state cannot be decoded");
  state.status = static_cast<order_status>(from.status());
  state.lines = *std::move(lines);
  state.reason = static_cast<reject_reason>(from.reason());
  state.payment = static_cast<payment_state>(from.payment());
  state.authorized_minor = from.authorized_minor();
  if (from.has_outcome())
    state.outcome = placement_outcome{static_cast<order_status>(from.outcome().status()),
                                      static_cast<reject_reason>(from.outcome().reason()),
                                      from.outcome().authorized_minor(), from.outcome().lines_reserved()};
  state.content_digest = from.content_digest();
  state.history = *std::move(history);
  state.updated_at_ms = from.updated_at_ms();
  state.linked = from.linked();
  if (from.has_refused())
    state.refused = read(from.refused());
  return state;
}

// -- items and accounts -----------------------------------------------------------------------------

std::string encode(const item_state& state) {
  auto& to = blank<form::item_state>();
  to.set_on_hand(state.on_hand);
  to.set_reserved(state.reserved);
  to.set_received(state.received);
  to.set_shipped(state.shipped);
  to.set_returned(state.returned);
  to.set_recent_commands(state.recent.stored());
  to.set_updated_at_ms(state.updated_at_ms);
  return to.SerializeAsString();
}

result<item_state> decode_item_state(std::string_view stored) {
  thread_local form::item_state from;
  if (!parse(from, stored) || !recent_commands::is_valid(from.recent_commands()))
    return corrupt("an item's state cannot be decoded");
  item_state state;
  state.known = true;
  state.on_hand = from.on_hand();
  state.reserved = from.reserved();
  state.received = from.received();
  state.shipped = from.shipped();
  state.returned = from.returned();
  state.recent = recent_commands{from.recent_commands()};
  state.updated_at_ms = from.updated_at_ms();
  return state;
}

std::string encode(const account_state& state) {
  auto& to = blank<form::account_state>();
  set_unless_unset(to.mutable_currency(), state.currency);
  to.set_credit_limit_minor(state.credit_limit_minor);
  to.set_held_minor(state.held_minor);
  to.set_captured_minor(state.captured_minor);
  to.set_voided_minor(state.voided_minor);
  to.set_authorized_minor(state.authorized_minor);
  to.set_refunded_minor(state.refunded_minor);
  set_unless_unset(to.mutable_last_order(), state.last_order);
  to.set_recent_commands(state.recent.stored());
  to.set_updated_at_ms(state.updated_at_ms);
  return to.SerializeAsString();
}

result<account_state> decode_account_state(std::string_view stored) {
  thread_local form::account_state from;
  if (!parse(from, stored) || !recent_commands::is_valid(from.recent_commands())
      || !is_key_or_empty<currency_code>(from.currency()) || !is_key_or_empty<order_key>(from.last_order()))
    return corrupt("an account's state cannot be decoded");
  account_state state;
  state.currency = key_or_unset<currency_code>(from.currency());
  state.credit_limit_minor = from.credit_limit_minor();
  state.held_minor = from.held_minor();
  state.captured_minor = from.captured_minor();
  state.voided_minor = from.voided_minor();
  state.authorized_minor = from.authorized_minor();
  state.refunded_minor = from.refunded_minor();
  state.last_order = key_or_unset<order_key>(from.last_order());
  state.recent = recent_commands{from.recent_commands()};
  state.updated_at_ms = from.updated_at_ms();
  return state;
}

// -- card payments ----------------------------------------------------------------------------------

std::string encode(const card_state& state) {
  auto& to = blank<form::card_state>();
  to.set_status(static_cast<std::uint32_t>(state.status));
  to.set_amount_minor(state.amount_minor);
  to.mutable_currency()->assign(state.currency.view());
  to.set_attempts(state.attempts);
  to.set_updated_at_ms(state.updated_at_ms);
  return to.SerializeAsString();
}

result<card_state> decode_card_state(std::string_view stored) {
  form::card_state from;
  if (!parse(from, stored) || from.status() == 0 || !in_range(from.status(), card_status_max)
      || from.currency().size() != currency_code::size)
    return corrupt("a card payment's state cannot be decoded");
  card_state state;
  state.status = static_cast<card_status>(from.status());
  state.amount_minor = from.amount_minor();
  state.currency = currency_code{from.currency()};
  state.attempts = from.attempts();
  state.updated_at_ms = from.updated_at_ms();
  return state;
}

std::string encode(const provider_request& request) {
  auto& to = blank<form::provider_request>();
  to.set_what(static_cast<form::provider_request::operation>(request.step));
  to.set_amount_minor(request.amount_minor);
  to.mutable_currency()->assign(request.currency.view());
  to.set_attempt(request.attempt);
  return to.SerializeAsString();
}

std::optional<provider_request> decode_provider_request(std::string_view body) {
  form::provider_request from;
  if (!parse(from, body) || from.currency().size() != currency_code::size
      || from.what() < form::provider_request::AUTHORIZE || from.what() > form::provider_request::VOID)
    return std::nullopt;
  return provider_request{static_cast<card_step>(from.what()), from.amount_minor(),
                          currency_code{from.currency()}, from.attempt()};
}

std::string encode(provider_outcome said) {
  auto& to = blank<form::provider_reply>();
  to.set_what(static_cast<form::provider_reply::outcome>(said));
  return to.SerializeAsString();
}

provider_outcome decode_provider_outcome(std::string_view answer) {
  form::provider_reply from;
  if (!parse(from, answer) || !form::provider_reply::outcome_IsValid(from.what()))
    return provider_outcome::not_known;
  return static_cast<provider_outcome>(from.what());
}

static_assert(static_cast<int>(card_step::authorize) == form::provider_request::AUTHORIZE);
static_assert(static_cast<int>(card_step::query) == form::provider_request::QUERY);
static_assert(static_cast<int>(card_step::void_payment) == form::provider_request::VOID);
static_assert(static_cast<int>(provider_outcome::authorized) == form::provider_reply::AUTHORIZED);
static_assert(static_cast<int>(provider_outcome::declined) == form::provider_reply::DECLINED);
static_assert(static_cast<int>(provider_outcome::voided) == form::provider_reply::VOIDED);
static_assert(static_cast<int>(provider_outcome::never_seen) == form::provider_reply::NEVER_SEEN);

} // namespace orderd::actors
