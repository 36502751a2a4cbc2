// What the shard knows of one entity, for operators.
#include "runtime/entity/undecoded_command.hpp"
#include "runtime/shard/shard.hpp"

#include <algorithm>
#include <utility>

namespace orderd::runtime {

entity_description shard::describe(const entity_id& id) {
  entity_description what;
  what.shard = options_.shard;
  what.term = options_.term;
  what.now = clock_.time();
  what.resident = residents_.has(id);
  what.trouble = trouble_of(id);
  for (const auto& timer : lasting_.timers_of(id))
    what.timers.push_back({name_of(timer.command), timer.key.due_at});
  for (const auto& call : calls_.of(id))
    what.calls.push_back(describe_call(call));
  return what;
}

std::string shard::name_of(std::string_view stored) const {
  const auto command = rules_.decode_command(stored);
  return std::string{command ? (*command)->name() : undecoded_command::shown_name};
}

std::optional<entity_trouble> shard::trouble_of(const entity_id& id) {
  const auto* who = supervision_.find(id);
  if (who == nullptr)
    return std::nullopt;
  entity_trouble what;
  what.failures = who->failures;
  what.error = who->error;
  what.since_at = who->since_at;
  what.parked = who->waiting.size();
  for (const auto& each : who->waiting) {
    if (what.parked_names.size() == entity_trouble::parked_names_max)
      break;
    what.parked_names.emplace_back(each.command.what->name());
  }
  if (who->retry_at)
    what.retry_at = clock_.time() + std::max<std::int64_t>(0, *who->retry_at - clock_.monotone_ms());
  if (!what.parked_names.empty())
    what.command = what.parked_names.front();
  if (!who->retry_at)
    add_quarantine(what, id);
  return what;
}

/// What is stored of a quarantine: the command that failed may wait no more, because its sender got a no.
void shard::add_quarantine(entity_trouble& to, const entity_id& id) {
  const auto stored = rows_.newest(quarantine_row_key(id));
  if (!stored || !*stored)
    return;
  auto entry = parse_quarantine_value(**stored);
  if (!entry)
    return;
  to.command = std::move(entry->command_name);
  to.error = std::move(entry->error);
  to.failures = entry->attempts;
  to.since_at = entry->since_at;
}

entity_call shard::describe_call(const provider_call_table::waiting_call& call) {
  entity_call what;
  what.since_at = call.since_at;
  what.left = call.epoch <= epochs_.last_committed();
  const auto stored = rows_.newest(to_row(call.key));
  if (stored && *stored)
    if (auto parsed = parse_call_value(call.key.step, **stored))
      what.idempotency_key = std::move(parsed->idempotency_key);
  return what;
}

} // namespace orderd::runtime
