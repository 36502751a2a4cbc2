#include "actors/public/replies.hpp"

#include "actors/rules/currency.hpp"
#include "actors/stored/codec.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <utility>

namespace orderd::actors {

static_assert(static_cast<int>(order_status::placed) == v1::PLACED);
static_assert(static_cast<int>(order_status::cancelled) == v1::CANCELLED);
static_assert(static_cast<int>(reject_reason::insufficient_stock) == v1::INSUFFICIENT_STOCK);
static_assert(static_cast<int>(reject_reason::cancelled_by_request) == v1::CANCELLED_BY_REQUEST);
static_assert(static_cast<int>(payment_method::card) == v1::CARD);
static_assert(static_cast<int>(payment_state::voided) == v1::PAYMENT_VOIDED);
static_assert(static_cast<int>(rejection_code::conflict) == v1::rejection::CONFLICT);
static_assert(static_cast<int>(rejection_code::not_quarantined) == v1::rejection::NOT_QUARANTINED);
static_assert(static_cast<int>(runtime::fault_code::overloaded) == v1::fault::OVERLOADED);
static_assert(static_cast<int>(runtime::fault_code::internal) == v1::fault::INTERNAL);
static_assert(static_cast<int>(runtime::fault_code::not_owner) == v1::fault::NOT_OWNER);

runtime::reply_body reply_body(const v1::reply& what) {
  using runtime::reply_outcome;
  const auto outcome = what.has_rejection() ? reply_outcome::rejection
                       : what.has_fault()   ? reply_outcome::fault
                                            : reply_outcome::ok;
  return {outcome, what.SerializeAsString()};
}

namespace {

void fill(v1::refused_line& to, const refused_part& part, const order_content& content) {
  const auto& line = content.lines[part.line - 1U];
  to.set_line(part.line);
  to.set_sku(line.sku);
  to.set_quantity(part.asked);
  const auto is_of_sku = [&](const order_line& each) { return each.sku == line.sku; };
  to.set_lines(content.allow_partial ? 1
                                     : static_cast<std::uint32_t>(std::count_if(
                                         content.lines.begin(), content.lines.end(), is_of_sku)));
  if (part.available)
    to.set_available(*part.available);
}

void fill(v1::refused_payment& to, const refused_part& part, const order_content& content) {
  to.set_amount_minor(part.asked);
  if (content.method == payment_method::account)
    to.set_account(content.customer);
  if (part.available)
    to.set_available_minor(*part.available);
  if (part.account_currency.is_set())
    to.mutable_account_currency()->assign(part.account_currency.view());
}

/// Of a placement or an order: what its reason is about.
template <class Message>
void fill_refused(Message& to, const order_state& state, const order_content& content) {
  if (!state.refused || state.refused->line > content.lines.size())
    return;
  if (state.refused->line == refused_part::payment)
    fill(*to.mutable_refused_payment(), *state.refused, content);
  else
    fill(*to.mutable_refused_line(), *state.refused, content);
}

} // namespace

runtime::reply_body placement_body(std::string_view order_id, const order_state& state,
                                   const order_content& content) {
  // Cleared is the placement alone: with the reply its memory would go.
  thread_local v1::reply reply;
  const auto& outcome = state.outcome.value();
  auto* to = reply.mutable_placement();
  to->Clear();
  to->mutable_order_id()->assign(order_id);
  to->set_status(static_cast<v1::order_status>(outcome.status));
  to->set_reason(static_cast<v1::reject_reason>(outcome.reason));
  to->set_authorized_minor(outcome.authorized_minor);
  to->set_lines_reserved(outcome.lines_reserved);
  if (outcome.status == order_status::rejected)
    fill_refused(*to, state, content);
  return reply_body(reply);
}

runtime::reply_body cancellation_body(std::string_view order_id, order_status status) {
  v1::reply reply;
  auto* to = reply.mutable_cancellation();
  to->mutable_order_id()->assign(order_id);
  to->set_status(static_cast<v1::order_status>(status));
  return reply_body(reply);
}

runtime::reply_body stock_item_body(std::string_view sku, const item_state& state) {
  v1::reply reply;
  fill(*reply.mutable_stock_item(), sku, state);
  return reply_body(reply);
}

runtime::reply_body account_body(std::string_view customer, const account_state& state) {
  v1::reply reply;
  fill(*reply.mutable_account(), customer, state);
  return reply_body(reply);
}

runtime::reply_body fault_body(const runtime::fault& why) {
  v1::reply reply;
  fill(*reply.mutable_fault(), why);
  return reply_body(reply);
}

runtime::reply_body rejection_body(rejection_code code, std::string message) {
  v1::reply reply;
  auto* to = reply.mutable_rejection();
  to->set_code(static_cast<v1::rejection::kind>(code));
  to->set_message(std::move(message));
  return reply_body(reply);
}

namespace {

std::string digest_text(std::uint64_t digest) {
  std::string bytes;
  runtime::append_integer(bytes, digest);
  return runtime::to_hex(bytes);
}

} // namespace

runtime::reply_body content_conflict_body(std::uint64_t sent, std::uint64_t first) {
  v1::reply reply;
  auto* to = reply.mutable_rejection();
  to->set_code(v1::rejection::CONFLICT);
  to->set_field("content_digest");
  to->set_value(digest_text(sent));
  to->set_limit(digest_text(first) + ", of the first content");
  to->set_message("this order id is known with other content");
  return reply_body(reply);
}

namespace {

/// The start of a text, up to so many bytes and to the end of a character: half of one is no UTF-8, and a
/// client could not read any reply of the frame.
std::string_view start_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  const auto goes_on = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
  while (bytes_max > 0 && goes_on(bytes_max))
    --bytes_max;
  return text.substr(0, bytes_max);
}

} // namespace

runtime::reply_body invalid_field_body(std::string field, std::string_view value, std::string limit) {
  constexpr std::size_t value_bytes_max = 64;
  v1::reply reply;
  auto* to = reply.mutable_rejection();
  to->set_code(v1::rejection::INVALID_FIELD);
  to->set_message(field + " must be " + limit);
  to->set_field(std::move(field));
  to->mutable_value()->assign(start_of(value, value_bytes_max));
  to->set_limit(std::move(limit));
  return reply_body(reply);
}

runtime::reply_body invalid_currency_body(std::string_view code) {
  return invalid_field_body("currency", code, currency_limit(code));
}

void fill(v1::fault& to, const runtime::fault& why) {
  to.set_code(static_cast<v1::fault::kind>(why.code));
  to.set_message(why.message);
  to.set_retry_after_ms(why.retry_after_ms);
  to.set_shard(why.shard);
  to.set_owner_endpoint(why.owner_endpoint);
}

void fill(v1::order& to, std::string_view order_id, const order_state& state, const order_content& content) {
  to.mutable_order_id()->assign(order_id);
  to.set_reference(content.reference);
  to.set_customer(content.customer);
  to.set_status(static_cast<v1::order_status>(state.status));
  to.set_reason(static_cast<v1::reject_reason>(state.reason));
  to.mutable_currency()->assign(content.currency.view());
  to.set_total_minor(content.total_minor().value_or(0));
  for (std::size_t i = 0; i < content.lines.size(); ++i) {
    auto* line = to.add_lines();
    line->set_sku(content.lines[i].sku);
    line->set_quantity(content.lines[i].quantity);
    line->set_unit_price_minor(content.lines[i].unit_price_minor);
    line->set_reserved(i < state.lines.size() && state.lines[i] == line_state::reserved);
  }
  auto* payment = to.mutable_payment();
  payment->set_method(static_cast<v1::payment_method>(content.method));
  payment->set_state(static_cast<v1::payment_state>(state.payment));
  payment->set_authorized_minor(state.authorized_minor);
  to.set_placed_at_ms(content.placed_at_ms);
  to.set_updated_at_ms(state.updated_at_ms);
  for (std::size_t i = 0; i < state.history.size(); ++i)
    to.add_history(static_cast<v1::order_status>(state.history[i]));
  fill_refused(to, state, content);
  if (content.trace.is_set())
    to.mutable_trace_id()->assign(content.trace.view());
  if (state.times)
    for (const auto since : state.times->since_placed_ms(state.history.size()))
      to.add_history_at_ms(content.placed_at_ms + since);
  for (const auto& action : state.actions) {
    auto* said = to.add_actions();
    said->set_at_ms(action.at_ms);
    said->mutable_what()->assign(to_string(action.what));
    said->set_by(action.by);
    said->set_why(action.why);
  }
}

runtime::result<void> fill_order(v1::order& to, std::string_view order_id, const runtime::snapshot& rows) {
  const auto state = decode_order_state(rows.state.value_or(std::string{}));
  if (!state)
    return state.error();
  const auto content = decode_order_content(rows.content.value_or(std::string{}));
  if (!content)
    return content.error();
  fill(to, order_id, *state, *content);
  return {};
}

void fill(v1::stock_item& to, std::string_view sku, const item_state& state) {
  to.mutable_sku()->assign(sku);
  to.set_on_hand(state.on_hand);
  to.set_reserved(state.reserved);
  to.set_available(state.available());
}

void fill(v1::account& to, std::string_view customer, const account_state& state) {
  to.mutable_customer()->assign(customer);
  to.mutable_currency()->assign(state.currency.view());
  to.set_credit_limit_minor(state.credit_limit_minor);
  to.set_held_minor(state.held_minor);
  to.set_captured_minor(state.captured_minor);
}

} // namespace orderd::actors
