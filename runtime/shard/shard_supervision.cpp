// Failing entities: waiting, retrying, quarantine.
#include "runtime/shard/shard.hpp"

#include "config/limits.hpp"
#include "runtime/base/log.hpp"
#include "runtime/entity/undecoded_command.hpp"

#include <utility>

namespace orderd::runtime {

bool shard::turn_away(delivery& command, const std::string& error) {
  const auto& id = command.to;
  const auto name = std::string{rules_.kind_name(id.kind())} + ' ' + rules_.readable_key(id);
  const fault why{fault_code::corrupt, name + " cannot be read, so nothing was done: " + error};
  if (command.from)
    answer_fault(*command.from, why);
  else if (!refuse(command))
    return false;
  for (const auto& each : lasting_.resolve(id))
    answer_fault(each, why);
  ++figures_.turned_away;
  warnings_.unreadable(command.what->name(), figures_.turned_away, why.message, clock_.monotone_ms());
  return true;
}

void shard::failed(delivery command, std::uint32_t failures, const std::string& error) {
  const auto id = command.to;
  auto& who = supervision_.add(id);
  who.fail(error, clock_.time());
  who.failures = failures;
  log::warn("shard", "entity_failed",
            {{"kind", rules_.kind_name(id.kind())},
             {"key", rules_.readable_key(id)},
             {"command", command.what->name()},
             {"failures", failures}},
            error);
  park(who, std::move(command));
  if (const auto delay = supervision_.retry_delay_ms(failures)) {
    who.retry_at = clock_.monotone_ms() + *delay;
    return;
  }
  quarantine(id, who, error);
  refuse_waiting(who, id, false); // They run with what this input has caused.
}

void shard::hold(failing_entity& who, delivery command) {
  const bool quarantined = !who.retry_at;
  if (who.waiting.size() >= limits::parked_commands_per_entity_max && command.from) {
    const fault full{fault_code::overloaded, "too many commands wait for this entity", 1'000};
    return answer_fault(*command.from, full);
  }
  if (quarantined && command.from) {
    const fault why{fault_code::quarantined, rules_.readable_key(command.to) + " is quarantined"};
    return answer_fault(*command.from, why);
  }
  if (quarantined && refuse(command))
    return;
  park(who, std::move(command));
}

bool shard::refuse(delivery& command) {
  auto refusal = command.what->refusal();
  if (!refusal)
    return false;
  send(*std::move(refusal));
  return true;
}

void shard::park(failing_entity& who, delivery command) {
  auto stored = parked_value(command.what->encode());
  const auto id = command.to;
  const auto sequence = supervision_.park(who, std::move(command));
  epochs_.put(to_row(parked_key{id, sequence}), std::move(stored), write_set::known::fresh);
}

void shard::unpark_first(const entity_id& id, failing_entity& who) {
  epochs_.erase(to_row(parked_key{id, who.waiting.front().sequence}));
  who.waiting.pop_front();
}

void shard::quarantine(const entity_id& id, failing_entity& who, const std::string& error) {
  // Callers are told now, and senders that can take a no get one. What must not be lost stays.
  const auto& first = who.waiting.front();
  who.retry_at.reset();
  who.poison = first.command.what->refusal() ? 0 : first.sequence;
  who.refusing = true;
  who.kept = 0;
  log::error("shard", "entity_quarantined",
             {{"kind", rules_.kind_name(id.kind())}, {"key", rules_.readable_key(id)}}, error);
  const quarantine_entry entry{std::string{first.command.what->name()}, error, who.failures, clock_.time(),
                               who.poison};
  epochs_.put(quarantine_row_key(id), encode(entry));
  const fault why{fault_code::quarantined, rules_.readable_key(id) + " is quarantined: " + error};
  for (auto& each : who.waiting)
    if (const auto from = std::exchange(each.command.from, std::nullopt))
      answer_fault(*from, why);
  for (const auto& each : lasting_.resolve(id))
    answer_fault(each, why);
}

void shard::refuse_waiting(failing_entity& who, const entity_id& id, bool run) {
  // Some at a time: any number may wait, and each costs rows. The rest is due with the next tick.
  for (std::size_t looked = 0; looked < limits::parked_commands_per_tick_max && !is_full(); ++looked) {
    if (who.kept == who.waiting.size()) {
      who.refusing = false;
      return;
    }
    const auto next = who.waiting.begin() + static_cast<std::ptrdiff_t>(who.kept);
    auto refusal = next->command.what->refusal();
    if (!refusal) {
      ++who.kept;
      continue;
    }
    epochs_.erase(to_row(parked_key{id, next->sequence}));
    who.waiting.erase(next);
    send(*std::move(refusal));
    if (run)
      run_queue();
  }
}

void shard::deliver_stored(const entity_id& to, std::string_view stored) {
  auto command = rules_.decode_command(stored);
  if (command)
    return deliver({to, *std::move(command), std::nullopt, 0});
  delivery kept{to, std::make_unique<const undecoded_command>(stored), std::nullopt, 0};
  if (auto* waiting = supervision_.find(to))
    return hold(*waiting, std::move(kept));
  failed(std::move(kept), 1, command.error().message);
  run_queue();
}

attempt shard::try_waiting(delivery& command) {
  if (const auto* raw = dynamic_cast<const undecoded_command*>(command.what.get())) {
    auto decoded = rules_.decode_command(raw->encode());
    if (!decoded)
      return {false, decoded.error().message};
    command.what = *std::move(decoded);
  }
  return try_once(command);
}

void shard::lose(const delivery& what, const std::string& error) {
  log::warn("shard", "note_lost",
            {{"shard", options_.shard},
             {"kind", rules_.kind_name(what.to.kind())},
             {"key", rules_.readable_key(what.to)},
             {"command", what.what->name()}},
            error);
}

void shard::retry_failing(const entity_id& id) {
  // Each command, and each refusal, is run to its end like an input of its own: together they may be more
  // than one input may cause. What comes for the entity meanwhile waits behind the others. Those that are not
  // run now are still due with the next tick.
  for (std::size_t ran = 0; ran < limits::parked_commands_per_tick_max && !is_full(); ++ran) {
    auto* who = supervision_.find(id);
    if (who != nullptr && who->refusing)
      return refuse_waiting(*who, id, true);
    if (who == nullptr || who->waiting.empty())
      return supervision_.remove(id);
    const auto outcome = try_waiting(who->waiting.front().command);
    if (outcome.handled) {
      auto done = std::move(who->waiting.front().command);
      unpark_first(id, *who);
      who->begin_again();
      take_effects(done);
      run_queue();
      continue;
    }
    ++figures_.restarts_by_kind[id.kind()];
    if (who->waiting.front().command.what->may_be_lost()) {
      lose(who->waiting.front().command, outcome.error);
      unpark_first(id, *who);
      who->begin_again();
      continue;
    }
    who->fail(outcome.error, clock_.time());
    if (const auto delay = supervision_.retry_delay_ms(who->failures)) {
      who->retry_at = clock_.monotone_ms() + *delay;
      return;
    }
    quarantine(id, *who, outcome.error);
  }
}

} // namespace orderd::runtime
