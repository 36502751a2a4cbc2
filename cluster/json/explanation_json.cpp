// One entity and what it waits for, as JSON.
#include "cluster/json/json_forms.hpp"

#include <array>

namespace orderd::cluster {

namespace {

json time_or_null(std::int64_t unix_ms) {
  return unix_ms == 0 ? json(nullptr) : json(format_time(unix_ms));
}

json line_states_json(const std::string& states) {
  static constexpr std::array<const char*, 5> names{"asked", "reserved", "refused", "releasing", "released"};
  auto all = json::array();
  for (const char each : states) {
    const auto number = static_cast<unsigned char>(each);
    all.push_back(number < names.size() ? json(names[number]) : json(number));
  }
  return all;
}

} // namespace

json to_json(const v1::entity_trouble& trouble) {
  return {{"quarantined", trouble.quarantined()},
          {"command", trouble.command()},
          {"error", trouble.error()},
          {"failures", trouble.failures()},
          {"since", time_or_null(trouble.since_ms())},
          {"retry_at", time_or_null(trouble.retry_at_ms())},
          {"parked", trouble.parked()},
          {"parked_commands", trouble.parked_commands()}};
}

json state_json(const v1::entity_explanation& known) {
  if (known.has_order())
    return to_json(known.order());
  if (known.has_item())
    return to_json(known.item());
  if (known.has_account())
    return to_json(known.account());
  if (!known.has_card())
    return nullptr;
  const auto& card = known.card();
  return {{"state", card.state()},
          {"amount_minor", card.amount_minor()},
          {"currency", card.currency()},
          {"attempts", card.attempts()},
          {"updated_at", format_time(card.updated_at_ms())}};
}

json to_json(const v1::entity_explanation& known) {
  auto timers = json::array();
  for (const auto& timer : known.timers())
    timers.push_back({{"command", timer.command()}, {"due_at", format_time(timer.due_at_ms())}});
  auto calls = json::array();
  for (const auto& call : known.calls())
    calls.push_back({{"idempotency_key", call.idempotency_key()},
                     {"state", call.state()},
                     {"since", time_or_null(call.since_ms())}});
  json all{{"kind", known.kind()},
           {"key", known.key()},
           {"exists", known.exists()},
           {"shard", known.shard()},
           {"term", known.term()},
           {"now", format_time(known.now_ms())},
           {"in_memory", known.in_memory()},
           {"state", state_json(known)},
           {"trouble", known.has_trouble() ? to_json(known.trouble()) : json(nullptr)},
           {"timers", std::move(timers)},
           {"calls", std::move(calls)}};
  if (known.kind() == "order")
    all["line_states"] = line_states_json(known.line_states());
  return all;
}

} // namespace orderd::cluster
