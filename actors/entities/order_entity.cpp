// An order's shell: what its events owe to others.
#include "actors/entities/business.hpp"
#include "actors/entities/business_command.hpp"
#include "actors/entities/entities.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/public/replies.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/order.hpp"
#include "actors/stored/codec.hpp"
#include "actors/stored/index_rows.hpp"

#include <utility>

namespace orderd::actors {

namespace {

using runtime::effects;

/// The only timer of an order: the deadline of its placement.
constexpr std::uint8_t deadline_timer = 1;

/// Turns events into commands to the entities that have to act on them.
class sender {
public:
  sender(const runtime::entity_id& self, const order_content& content, effects& out)
      : order_(self.key()), content_(content), out_(out) {}

  void operator()(const reservation_requested&) const {
    for (std::size_t i = 0; i < content_.lines.size(); ++i)
      if (content_.lines[i].first_of_sku)
        reserve_group(static_cast<std::uint16_t>(i));
  }
  void operator()(const authorization_requested& event) const {
    send(payer(), authorize{order_, content_.currency, event.amount_minor, content_.added_credit_minor});
  }
  void operator()(const void_requested& event) const {
    send(payer(), void_authorization{order_, event.amount_minor});
  }
  void operator()(const customer_told&) const {
    send(entity_of(kind::account, content_.customer), link_order{order_});
  }
  void operator()(const release_requested& event) const {
    send(entity_of(kind::item, content_.lines[event.first_line].sku),
         release{order_, event.first_line, event.quantity});
  }
  // Nobody's business but the order's.
  void operator()(const order_placed&) const {}
  void operator()(const reservation_answered&) const {}
  void operator()(const payment_authorized&) const {}
  void operator()(const payment_refused&) const {}
  void operator()(const payment_unknown&) const {}
  void operator()(const order_confirmed&) const {}
  void operator()(const rejection_began&) const {}
  void operator()(const cancellation_began&) const {}
  void operator()(const units_given_back&) const {}
  void operator()(const payment_voided&) const {}
  void operator()(const order_rejected&) const {}
  void operator()(const order_cancelled&) const {}
  void operator()(const action_noted&) const {}

private:
  void reserve_group(std::uint16_t first) const {
    reserve what{order_, first, content_.allow_partial, {}};
    for (auto i = first; i != order_content::no_line; i = content_.lines[i].next_of_sku) {
      what.quantities.push_back(content_.lines[i].quantity);
      if (const auto added = content_.lines[i].added_units)
        what.added_units = what.added_units.value_or(0) + *added;
    }
    send(entity_of(kind::item, content_.lines[first].sku), std::move(what));
  }

  runtime::entity_id payer() const {
    return content_.method == payment_method::account ? entity_of(kind::account, content_.customer)
                                                      : entity_of(kind::card, order_.view());
  }

  void send(const runtime::entity_id& to, command_body what) const {
    out_.commands.push_back(command_to(to, std::move(what)));
  }

  order_key order_;
  const order_content& content_;
  effects& out_;
};

std::string refusal_text(rejection_code code) {
  switch (code) {
  case rejection_code::already_rejected:
    return "a rejected order cannot be cancelled";
  default:
    return "there is no order with this id";
  }
}

bool is_in_doubt(const order_state& state) {
  return state.payment == payment_state::unknown;
}

/// For the metrics. What a silent provider was asked for: the sum of the lines that were not refused.
runtime::standing standing_of(const order_state& state, const order_content& content) {
  runtime::standing now{to_string(state.status)};
  if (!is_in_doubt(state))
    return now;
  now.in_doubt.unit = content.currency.view();
  for (std::size_t i = 0; i < state.lines.size(); ++i)
    if (state.lines[i] != line_state::refused)
      now.in_doubt.amount += content.lines[i].quantity * content.lines[i].unit_price_minor;
  return now;
}

class order_entity final : public runtime::entity {
public:
  order_entity(order_state state, std::shared_ptr<const order_content> content, std::int64_t deadline_ms)
      : state_(std::move(state)), content_(std::move(content)), deadline_ms_(deadline_ms) {}

  void handle(runtime::turn& now) override {
    thread_local order_events events;
    events.clear();
    const auto& what = body_of(now.what);
    const auto before = mark();
    const auto* begins = state_.status == order_status::none ? std::get_if<place_order>(&what) : nullptr;
    if (begins != nullptr)
      content_ = begins->content;
    const auto rejected = actors::handle(state_, *content_, what, now.now, events);
    if (begins != nullptr && rejected == rejection_code::none)
      begin(*begins, now);
    for (const auto& event : events)
      std::visit(sender{now.self, *content_, now.out}, event);
    if (!events.empty())
      record(before, now);
    answer_caller(what, rejected, now);
    now.out.passivate |= state_.status == order_status::none;
  }

private:
  /// What a turn compares with afterwards.
  struct marks {
    order_status status;
    bool had_outcome;
    bool waited_for_provider;
    bool was_in_doubt;
  };
  marks mark() const {
    return {state_.status, state_.outcome.has_value(), waits_for_provider(state_), is_in_doubt(state_)};
  }

  bool is_unsettled(order_status status) const { return status != order_status::none && !is_settled(status); }

  void begin(const place_order& place, runtime::turn& now) const {
    now.out.content = with_placed_at(place.stored, now.now);
    now.out.timers.push_back({deadline_timer, now.now + deadline_ms_, make_command(expire_order{})});
  }

  void record(const marks& before, runtime::turn& now) const {
    auto& out = now.out;
    out.state = encode(state_);
    if (state_.outcome && !before.had_outcome)
      out.announcement = placement_body(now.self.key(), state_, *content_);
    else if (waits_for_provider(state_) && !before.waited_for_provider)
      out.announcement =
          cancellation_body(now.self.key(), order_status::cancelling); // all others were answered
    if (is_unsettled(state_.status)
        && (state_.status != before.status || is_in_doubt(state_) != before.was_in_doubt))
      out.stands = standing_of(state_, *content_);
    if (state_.status == before.status)
      return;
    move_in_index(before.status, now);
    out.unsettled_change = int{is_unsettled(state_.status)} - int{is_unsettled(before.status)};
    if (state_.status == order_status::cancelled)
      out.announcement = cancellation_body(now.self.key(), order_status::cancelled);
    if (is_settled(state_.status)) {
      out.timers.push_back({deadline_timer, std::nullopt, nullptr});
      out.passivate = true;
      out.settled_as = to_string(state_.status);
    }
  }

  void move_in_index(order_status before, runtime::turn& now) const {
    if (before != order_status::none)
      now.out.index.push_back({status_index_key(before, now.self.key()), std::nullopt, false});
    now.out.index.push_back({status_index_key(state_.status, now.self.key()), std::string{}, true});
  }

  void answer_caller(const command_body& what, rejection_code rejected, runtime::turn& now) const {
    const bool places = std::holds_alternative<place_order>(what);
    if (!places && !std::holds_alternative<cancel_order>(what))
      return;
    if (rejected == rejection_code::invalid_field)
      now.out.reply = invalid_currency_body(content_->currency.view());
    else if (rejected == rejection_code::conflict)
      now.out.reply =
          content_conflict_body(std::get<place_order>(what).content_digest, state_.content_digest);
    else if (rejected != rejection_code::none)
      now.out.reply = rejection_body(rejected, refusal_text(rejected));
    else if (places && state_.outcome)
      now.out.reply = placement_body(now.self.key(), state_, *content_);
    else if (!places && (state_.status == order_status::cancelled || waits_for_provider(state_)))
      now.out.reply = cancellation_body(now.self.key(), state_.status);
    else
      now.out.wait = true;
  }

  order_state state_;
  std::shared_ptr<const order_content> content_;
  std::int64_t deadline_ms_;
};

} // namespace

loaded_entity load_order(const runtime::snapshot& rows, const business_options& options) {
  if (!rows.state) {
    static const auto no_content = std::make_shared<const order_content>();
    return loaded_entity{
        std::make_unique<order_entity>(order_state{}, no_content, options.placement_deadline_ms)};
  }
  auto state = decode_order_state(*rows.state);
  if (!state)
    return state.error();
  auto content = decode_order_content(rows.content.value_or(std::string{}));
  if (!content)
    return content.error();
  if (content->lines.size() != state->lines.size())
    return runtime::fault{runtime::fault_code::corrupt, "an order's state and content differ in lines", 0};
  if (state->times)
    state->times->count_from(content->placed_at_ms);
  return loaded_entity{std::make_unique<order_entity>(
      *std::move(state), std::make_shared<const order_content>(*std::move(content)),
      options.placement_deadline_ms)};
}

runtime::standing standing_of_order(const runtime::snapshot& rows) {
  const auto state = decode_order_state(rows.state.value_or(std::string{}));
  if (!state || state->status == order_status::none || is_settled(state->status))
    return {};
  if (!is_in_doubt(*state)) // The content may be long, and says nothing more.
    return {to_string(state->status), {}};
  const auto content = decode_order_content(rows.content.value_or(std::string{}));
  if (!content || content->lines.size() != state->lines.size())
    return {};
  return standing_of(*state, *content);
}

} // namespace orderd::actors
