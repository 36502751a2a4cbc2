// All that a shard knows of one entity, for operators.
#include "actors/entities/entity_ids.hpp"
#include "actors/public/replies.hpp"
#include "actors/requests/queries.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/stored/codec.hpp"

#include <array>

namespace orderd::actors {

using runtime::result;
using runtime::shard_view;

namespace {

std::string_view to_string(card_status status) noexcept {
  static constexpr std::array<std::string_view, card_status_max + 1> names{
      "none", "requesting", "unknown", "authorized", "declined", "voiding", "voided"};
  return names[static_cast<std::size_t>(status)];
}

result<void> fill_item(v1::entity_explanation& out, const runtime::entity_id& id, const std::string& stored) {
  const auto state = decode_item_state(stored);
  if (!state)
    return state.error();
  fill(*out.mutable_item(), id.key(), *state);
  return {};
}

/// One that was never opened only chains orders of its customer: nobody would call that an account.
result<void> fill_account(v1::entity_explanation& out, const runtime::entity_id& id,
                          const std::string& stored) {
  const auto state = decode_account_state(stored);
  if (!state)
    return state.error();
  out.set_exists(state->is_open());
  if (state->is_open())
    fill(*out.mutable_account(), id.key(), *state);
  return {};
}

result<void> fill_card(v1::entity_explanation& out, const std::string& stored) {
  const auto state = decode_card_state(stored);
  if (!state)
    return state.error();
  auto& card = *out.mutable_card();
  card.mutable_state()->assign(to_string(state->status));
  card.set_amount_minor(state->amount_minor);
  card.mutable_currency()->assign(state->currency.view());
  card.set_attempts(state->attempts);
  card.set_updated_at_ms(state->updated_at_ms);
  return {};
}

result<void> fill_whole_order(v1::entity_explanation& out, const runtime::entity_id& id,
                              const runtime::snapshot& rows) {
  const auto state = decode_order_state(*rows.state);
  if (!state)
    return state.error();
  out.set_line_states(state->lines.stored());
  return fill_order(*out.mutable_order(), id.key(), rows);
}

result<void> fill_state(v1::entity_explanation& out, const runtime::entity_id& id,
                        const runtime::snapshot& rows) {
  switch (static_cast<kind>(id.kind())) {
  case kind::item:
    return fill_item(out, id, *rows.state);
  case kind::account:
    return fill_account(out, id, *rows.state);
  case kind::card:
    return fill_card(out, *rows.state);
  case kind::order:
    break;
  }
  return fill_whole_order(out, id, rows);
}

void fill_trouble(v1::entity_trouble& to, const runtime::entity_trouble& from) {
  to.set_quarantined(from.is_quarantined());
  to.set_command(from.command);
  to.set_error(from.error);
  to.set_failures(from.failures);
  to.set_since_ms(from.since_at.value_or(0));
  to.set_retry_at_ms(from.retry_at.value_or(0));
  to.set_parked(static_cast<std::uint32_t>(from.parked));
  to.mutable_parked_commands()->Assign(from.parked_names.begin(), from.parked_names.end());
}

void fill_engine(v1::entity_explanation& out, const runtime::entity_description& known) {
  out.set_shard(known.shard);
  out.set_term(known.term);
  out.set_now_ms(known.now);
  out.set_in_memory(known.resident);
  if (known.trouble)
    fill_trouble(*out.mutable_trouble(), *known.trouble);
  for (const auto& from : known.timers) {
    auto& timer = *out.add_timers();
    timer.set_command(from.command);
    timer.set_due_at_ms(from.due_at);
  }
  for (const auto& from : known.calls) {
    auto& call = *out.add_calls();
    call.set_idempotency_key(from.idempotency_key);
    call.set_state(from.left ? "calling" : "committing");
    call.set_since_ms(from.since_at);
  }
}

class explain_query final : public runtime::query {
public:
  explicit explain_query(const runtime::entity_id& id) : id_(id) {}

  bool scans() const noexcept override { return false; }

  result<runtime::reply_body> answer(shard_view& view) const override {
    v1::reply reply;
    auto& out = *reply.mutable_entity_explanation();
    out.mutable_kind()->assign(kind_name(static_cast<kind>(id_.kind())));
    out.set_key(readable_key(id_));
    fill_engine(out, view.describe(id_));
    const auto rows = view.rows(id_);
    if (!rows)
      note_unreadable(out, rows.error());
    else if (rows->state)
      fill_existing(out, *rows);
    return reply_body(reply);
  }

private:
  void fill_existing(v1::entity_explanation& out, const runtime::snapshot& rows) const {
    out.set_exists(true);
    if (const auto filled = fill_state(out, id_, rows); !filled)
      note_unreadable(out, filled.error());
  }

  /// Whoever asks why something does not work is not helped by an error: what the engine knows is said all
  /// the same.
  static void note_unreadable(v1::entity_explanation& out, const runtime::fault& why) {
    out.set_exists(true);
    out.clear_order();
    auto& trouble = *out.mutable_trouble();
    if (trouble.error().empty())
      trouble.set_error("it cannot be read: " + why.message);
  }

  runtime::entity_id id_;
};

} // namespace

query_ptr explain_entity_query(const runtime::entity_id& id) {
  return std::make_unique<const explain_query>(id);
}

} // namespace orderd::actors
