#include "runtime/shard/lasting_effects.hpp"

#include "runtime/shard/stored_rows.hpp"

namespace orderd::runtime {

void lasting_effects::change_index(effects::index_change& change) {
  if (change.value && change.fresh)
    begun_.index.push_back({std::move(change.key), *std::move(change.value)});
  else if (change.value) {
    if (!begun_.put_index(change.key, *change.value))
      epochs_.put({table::index, change.key}, *std::move(change.value));
  } else if (!begun_.erase_index(change.key))
    epochs_.erase({table::index, change.key});
}

void lasting_effects::change_timer(const entity_id& entity, timer_change& change) {
  if (!begun_.stop_timer(entity, change.name))
    if (const auto stopped = timers_.stop(entity, change.name))
      epochs_.erase(to_row(*stopped));
  if (change.due_at)
    begun_.timers.push_back({entity, change.name, *change.due_at, std::move(change.what)});
}

void lasting_effects::settle(const entity_id& entity) {
  if (begun_.settle(entity))
    return;
  unsettled_.settle(entity);
  epochs_.erase(unsettled_row_key(entity));
}

void lasting_effects::change(const entity_id& entity, standing& now) {
  if (!begun_.change(entity, now))
    unsettled_.change(entity, now);
}

std::vector<caller> lasting_effects::resolve(const entity_id& entity) {
  auto waiting = waiters_.resolve(entity);
  const auto begun = begun_.resolve(entity);
  waiting.insert(waiting.end(), begun.begin(), begun.end());
  return waiting;
}

void lasting_effects::flush(unix_ms now) {
  if (begun_.empty())
    return;
  for (auto& each : begun_.timers) {
    const timer_key key{each.due_at, each.entity, each.name};
    auto command = each.what->encode();
    epochs_.put(to_row(key), timer_value(command), write_set::known::fresh);
    timers_.start(key, std::move(command));
  }
  for (const auto& each : begun_.unsettled) {
    unsettled_.open(each.entity, now, each.stands);
    epochs_.put(unsettled_row_key(each.entity), unsettled_value(now), write_set::known::fresh);
  }
  for (auto& each : begun_.index)
    epochs_.put({table::index, each.key}, std::move(each.value), write_set::known::fresh);
  for (const auto& each : begun_.waiters)
    waiters_.wait(each.entity, each.who, each.deadline_at);
  begun_.clear();
}

std::optional<timers::due> lasting_effects::take_due_timer(unix_ms now) {
  auto due = timers_.take_due(now);
  if (due)
    epochs_.erase(to_row(due->key));
  return due;
}

} // namespace orderd::runtime
