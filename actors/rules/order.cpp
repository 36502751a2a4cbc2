#include "actors/rules/order.hpp"

#include "actors/rules/command_dispatch.hpp"
#include "actors/rules/currency.hpp"
#include "actors/rules/money.hpp"
#include "runtime/base/result.hpp"

#include <algorithm>
#include <type_traits>

namespace orderd::actors {

using runtime::require;

namespace {

/// Calls `visit` with each line of the group that starts at `first`.
template <class Visit>
void for_group(const order_content& content, std::uint16_t first, Visit visit) {
  for (auto at = first; at != order_content::no_line; at = content.lines[at].next_of_sku)
    visit(at);
}

std::size_t group_size(const order_content& content, std::uint16_t first) {
  std::size_t size = 0;
  for_group(content, first, [&](std::uint16_t) { ++size; });
  return size;
}

/// The line at a place of the group that starts at `first`.
std::uint16_t line_of_group(const order_content& content, std::uint16_t first, std::size_t place) {
  for (; place > 0; --place)
    first = content.lines[first].next_of_sku;
  return first;
}

/// The units that stand or fall with a line. Cannot overflow: limits::lines_per_order_max times
/// limits::quantity_max.
std::int64_t asked_of_item(const order_content& content, std::uint16_t first, std::uint16_t line) {
  if (content.allow_partial)
    return content.lines[line].quantity;
  std::int64_t sum = 0;
  for_group(content, first, [&](std::uint16_t i) { sum += content.lines[i].quantity; });
  return sum;
}

void require_group(const order_content& content, std::uint16_t first) {
  require(first < content.lines.size() && content.lines[first].first_of_sku,
          "an answer names a line that starts no group");
}

std::int64_t sum_of_reserved(const order_state& state, const order_content& content) {
  std::optional<std::int64_t> sum = 0;
  for (std::size_t i = 0; i < state.lines.size(); ++i) {
    if (state.lines[i] != line_state::reserved)
      continue;
    sum = checked_add_line(*sum, content.lines[i].quantity, content.lines[i].unit_price_minor);
    require(sum.has_value(), "the sum of an accepted order does not fit");
  }
  return *sum;
}

/// Nothing asked for is unanswered, nothing is held: the order may end.
bool holds_nothing(const order_state& state) noexcept {
  const auto paid = state.payment;
  return !state.lines.any(line_state::asked) && !state.lines.any(line_state::reserved)
         && !state.lines.any(line_state::releasing)
         && (paid == payment_state::none || paid == payment_state::refused || paid == payment_state::voided);
}

// -- decide: one function a command, called only where the table says `act` ----------------------

void decide_on(const order_state&, const order_content& content, const place_order& what, order_events& out) {
  out.emplace_back(order_placed{what.content_digest, content.lines.size()});
}

void decide_on(const order_state&, const order_content&, const cancel_order& what, order_events& out) {
  out.emplace_back(cancellation_began{});
  if (!what.by.empty())
    out.emplace_back(action_noted{{0, action_kind::cancel, what.by, what.why}});
}

void decide_on(const order_state&, const order_content&, const expire_order&, order_events& out) {
  out.emplace_back(rejection_began{reject_reason::deadline_passed});
}

void decide_on(const order_state& state, const order_content& content, const reserve_answer& what,
               order_events& out) {
  require_group(content, what.first_line);
  if (state.lines[what.first_line] != line_state::asked)
    return;
  require(what.lines.size() == group_size(content, what.first_line), "an answer for other lines than asked");
  out.emplace_back(reservation_answered{what.first_line, what.lines, what.reason, what.available});
  if (what.lines.any(line_state::refused) && !content.allow_partial
      && state.status == order_status::reserving)
    out.emplace_back(rejection_began{what.reason});
}

void decide_on(const order_state& state, const order_content& content, const release_answer& what,
               order_events& out) {
  require_group(content, what.first_line);
  bool releasing = false;
  for_group(content, what.first_line,
            [&](std::uint16_t i) { releasing |= state.lines[i] == line_state::releasing; });
  if (releasing)
    out.emplace_back(units_given_back{what.first_line});
}

void decide_on(const order_state& state, const order_content&, const authorize_answer& what,
               order_events& out) {
  if (state.payment != payment_state::requested && state.payment != payment_state::unknown)
    return;
  if (what.outcome == payment_state::authorized)
    out.emplace_back(payment_authorized{what.amount_minor});
  else if (what.outcome == payment_state::refused)
    out.emplace_back(payment_refused{
        what.reason,
        {refused_part::payment, what.amount_minor, what.available_minor, what.account_currency}});
  else if (state.payment == payment_state::requested)
    out.emplace_back(payment_unknown{});
}

void decide_on(const order_state& state, const order_content&, const void_answer&, order_events& out) {
  if (state.payment == payment_state::voiding)
    out.emplace_back(payment_voided{});
}

void decide_on(const order_state&, const order_content&, const note_action& what, order_events& out) {
  out.emplace_back(action_noted{what.what});
}

/// The column of a command in the table of lifecycle.hpp: they are in the order of the list of commands.
template <class Command>
constexpr order_column column_of() noexcept {
  return static_cast<order_column>(order_commands::place_of<Command>());
}
static_assert(column_of<place_order>() == order_column::place);
static_assert(column_of<reserve_answer>() == order_column::reserve_answer);
static_assert(column_of<note_action>() == order_column::note_action);

// -- advance: what follows from the state alone ---------------------------------------------------

void advance_reserving(const order_state& state, const order_content& content, order_events& out) {
  if (state.lines.any(line_state::asked))
    return;
  if (!state.lines.any(line_state::reserved)) {
    out.emplace_back(rejection_began{state.reason});
    return;
  }
  // An account links the order when it is asked for money; asked for a card's, it has to be told.
  if (content.method == payment_method::card && !content.customer.empty())
    out.emplace_back(customer_told{});
  out.emplace_back(authorization_requested{sum_of_reserved(state, content)});
}

void advance_authorizing(const order_state& state, order_events& out) {
  if (state.payment == payment_state::authorized)
    out.emplace_back(order_confirmed{});
  else if (state.payment == payment_state::refused)
    out.emplace_back(rejection_began{state.reason});
}

/// Gives back what is held, group by group.
void release_reserved(const order_state& state, const order_content& content, order_events& out) {
  if (!state.lines.any(line_state::reserved))
    return;
  for (std::size_t first = 0; first < content.lines.size(); ++first) {
    if (!content.lines[first].first_of_sku)
      continue;
    std::int64_t quantity = 0;
    for_group(content, static_cast<std::uint16_t>(first), [&](std::uint16_t i) {
      if (state.lines[i] == line_state::reserved)
        quantity += content.lines[i].quantity;
    });
    if (quantity > 0)
      out.emplace_back(release_requested{static_cast<std::uint16_t>(first), quantity});
  }
}

void advance_ending(const order_state& state, const order_content& content, order_events& out) {
  const auto before = out.size();
  if (!state.linked && !content.customer.empty())
    out.emplace_back(customer_told{});
  release_reserved(state, content, out);
  if (state.payment == payment_state::authorized)
    out.emplace_back(void_requested{state.authorized_minor});
  if (out.size() != before || !holds_nothing(state))
    return;
  if (state.status == order_status::rejecting)
    out.emplace_back(order_rejected{});
  else
    out.emplace_back(order_cancelled{});
}

// -- apply ----------------------------------------------------------------------------------------

void enter(order_state& state, order_status status) {
  require(may_become(state.status, status), "an order's status cannot follow its last one");
  state.status = status;
  if (state.times)
    state.times->begin(state.history.size(), state.updated_at_ms);
  state.history.add(status);
}

class applier {
public:
  applier(order_state& state, const order_content& content) : state_(state), content_(content) {}

  void operator()(const order_placed& event) const {
    state_.content_digest = event.content_digest;
    state_.lines = {event.lines, line_state::asked};
    state_.times.emplace(state_.updated_at_ms);
    enter(state_, order_status::placed);
  }
  void operator()(const reservation_requested&) const { enter(state_, order_status::reserving); }
  void operator()(const reservation_answered& event) const {
    std::size_t nth = 0;
    for_group(content_, event.first_line, [&](std::uint16_t i) { state_.lines.set(i, event.lines[nth++]); });
    if (const auto at = event.lines.find(line_state::refused))
      note_refused(event, line_of_group(content_, event.first_line, *at));
  }
  void operator()(const authorization_requested&) const {
    enter(state_, order_status::authorizing);
    state_.payment = payment_state::requested;
    state_.linked |= content_.method == payment_method::account;
  }
  void operator()(const payment_authorized& event) const {
    state_.payment = payment_state::authorized;
    state_.authorized_minor = event.amount_minor;
  }
  void operator()(const payment_refused& event) const {
    state_.payment = payment_state::refused;
    if (state_.status == order_status::authorizing) {
      state_.reason = event.reason;
      state_.refused = event.what;
    }
    // A quarantined account did not see the request, so it does not know the order either.
    if (event.reason == reject_reason::quarantined && content_.method == payment_method::account)
      state_.linked = false;
  }
  void operator()(const payment_unknown&) const { state_.payment = payment_state::unknown; }
  void operator()(const order_confirmed&) const {
    enter(state_, order_status::confirmed);
    state_.reason = reject_reason::none;
    state_.refused.reset();
    state_.outcome = placement_outcome{order_status::confirmed, reject_reason::none, state_.authorized_minor,
                                       static_cast<std::uint32_t>(state_.lines.count(line_state::reserved))};
  }
  void operator()(const rejection_began& event) const {
    enter(state_, order_status::rejecting);
    if (state_.reason != event.reason)
      state_.refused.reset(); // The deadline is about no line.
    state_.reason = event.reason;
    // Whoever waits is told at the deadline: the provider, which it is about, may be silent for hours yet,
    // and nothing that it says confirms the order any more.
    if (event.reason == reject_reason::deadline_passed)
      state_.outcome = placement_outcome{order_status::rejected, event.reason, 0, 0};
  }
  void operator()(const cancellation_began&) const {
    enter(state_, order_status::cancelling);
    state_.reason = reject_reason::cancelled_by_request;
    state_.refused.reset();
    if (!state_.outcome)
      state_.outcome = placement_outcome{order_status::cancelled, state_.reason, 0, 0};
  }
  void operator()(const customer_told&) const { state_.linked = true; }
  void operator()(const release_requested& event) const {
    replace_in_group(event.first_line, line_state::reserved, line_state::releasing);
  }
  void operator()(const units_given_back& event) const {
    replace_in_group(event.first_line, line_state::releasing, line_state::released);
  }
  void operator()(const void_requested&) const { state_.payment = payment_state::voiding; }
  void operator()(const payment_voided&) const {
    state_.payment = payment_state::voided;
    state_.authorized_minor = 0;
  }
  void operator()(const order_rejected&) const {
    enter(state_, order_status::rejected);
    state_.outcome = placement_outcome{order_status::rejected, state_.reason, 0, 0};
  }
  void operator()(const order_cancelled&) const { enter(state_, order_status::cancelled); }
  void operator()(const action_noted& event) const {
    note(state_.actions, event.what);
    if (event.what.at_ms == 0)
      state_.actions.back().at_ms = state_.updated_at_ms;
  }

private:
  /// The reason is that of the first refused line by number, unless it is no line's reason: of the payment,
  /// of the deadline, of a cancellation, or from before lines were recorded.
  void note_refused(const reservation_answered& event, std::uint16_t line) const {
    const auto number = static_cast<std::uint16_t>(line + 1);
    if (state_.refused ? number >= state_.refused->line : state_.reason != reject_reason::none)
      return;
    state_.reason = event.reason;
    state_.refused =
        refused_part{number, asked_of_item(content_, event.first_line, line), event.available, {}};
  }

  void replace_in_group(std::uint16_t first, line_state from, line_state to) const {
    for_group(content_, first, [&](std::uint16_t i) {
      if (state_.lines[i] == from)
        state_.lines.set(i, to);
    });
  }

  order_state& state_;
  const order_content& content_;
};

/// By the table: what a status does with a command.
template <class Command>
rejection_code decide_by_status(const order_state& state, const order_content& content, const Command& what,
                                order_events& out) {
  constexpr bool places = std::is_same_v<Command, place_order>;
  switch (verdict_of(state.status, column_of<Command>())) {
  case verdict::act:
    if (places && !currency_places(content.currency.view()))
      return rejection_code::invalid_field;
    decide_on(state, content, what, out);
    return rejection_code::none;
  case verdict::again:
    if constexpr (places)
      return what.content_digest == state.content_digest ? rejection_code::none : rejection_code::conflict;
    return rejection_code::none;
  case verdict::ignore:
    return rejection_code::none;
  case verdict::not_found:
    return rejection_code::not_found;
  case verdict::already_rejected:
    return rejection_code::already_rejected;
  case verdict::bug:
    break;
  }
  throw runtime::bug("a command that nobody sends to an order in this status");
}

} // namespace

rejection_code decide(const order_state& state, const order_content& content, const command_body& what,
                      order_events& out) {
  return dispatch<order_commands>(
      what, [&](const auto& command) { return decide_by_status(state, content, command, out); });
}

void advance(const order_state& state, const order_content& content, order_events& out) {
  switch (state.status) {
  case order_status::placed:
    out.emplace_back(reservation_requested{});
    break;
  case order_status::reserving:
    advance_reserving(state, content, out);
    break;
  case order_status::authorizing:
    advance_authorizing(state, out);
    break;
  case order_status::rejecting:
  case order_status::cancelling:
    advance_ending(state, content, out);
    break;
  case order_status::none:
  case order_status::confirmed:
  case order_status::rejected:
  case order_status::cancelled:
    break;
  }
}

void apply(order_state& state, const order_content& content, const order_event& event, std::int64_t now_ms) {
  // A shard's time never falls; what was stored before shards had one of their own may lie ahead of it.
  state.updated_at_ms = std::max({state.updated_at_ms, content.placed_at_ms, now_ms});
  std::visit(applier{state, content}, event);
}

rejection_code handle(order_state& state, const order_content& content, const command_body& what,
                      std::int64_t now_ms, order_events& out) {
  const auto rejected = decide(state, content, what, out);
  for (std::size_t next = 0; next < out.size();) {
    while (next < out.size())
      apply(state, content, out[next++], now_ms);
    advance(state, content, out);
  }
  return rejected;
}

bool waits_for_provider(const order_state& state) noexcept {
  return state.status == order_status::cancelling && state.payment == payment_state::unknown;
}

} // namespace orderd::actors
