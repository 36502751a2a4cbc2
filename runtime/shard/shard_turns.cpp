// Commands inside the shard: finding their entity, running the turn, taking its effects.
#include "runtime/shard/shard.hpp"

#include "config/limits.hpp"
#include "runtime/base/slots.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace orderd::runtime {

namespace {

/// A damaged row stops its entity. A store that cannot be read would stop every entity, one by one and for
/// good: that ends the node, and the next start opens it anew.
void require_row_fault(const fault& why) {
  if (why.code != fault_code::corrupt && why.code != fault_code::unsupported_version)
    throw bug("the state store cannot be read: " + why.message);
}

} // namespace

void shard::deliver(delivery first) {
  queue_.push_back(std::move(first));
  run_queue();
}

void shard::run_queue() {
  std::size_t steps = 0;
  while (!queue_.empty()) {
    require(++steps <= limits::commands_per_input_max, "one input caused too many commands");
    auto next = std::move(queue_.front());
    queue_.pop_front();
    step(std::move(next));
  }
  lasting_.flush(clock_.time());
}

void shard::step(delivery next) {
  if (auto* waiting = supervision_.find(next.to))
    return hold(*waiting, std::move(next));
  for (std::uint32_t failures = 1;; ++failures) {
    const auto outcome = try_once(next);
    if (outcome.handled)
      return take_effects(next);
    if (outcome.unreadable && turn_away(next, outcome.error))
      return;
    ++figures_.restarts_by_kind[next.to.kind()];
    if (next.what->may_be_lost())
      return lose(next, outcome.error);
    if (supervision_.retry_delay_ms(failures) != 0)
      return failed(std::move(next), failures, outcome.error);
  }
}

attempt shard::try_once(const delivery& command) {
  ++figures_.turns;
  auto* cell = residents_.find(command.to, clock_.monotone_ms());
  if (cell == nullptr) {
    auto rows = rows_.newest(command.to);
    if (!rows) {
      require_row_fault(rows.error());
      return {false, rows.error().message, rows.error().code == fault_code::corrupt};
    }
    auto loaded = load(command.to, *rows);
    if (!loaded)
      return {false, loaded.error().message};
    cell = *loaded;
  }
  effects_.clear();
  turn now{command.to, *command.what, clock_.time(), effects_};
  auto outcome = cell->handle(now);
  if (!outcome.handled)
    residents_.drop(command.to);
  return outcome;
}

result<entity_cell*> shard::load(const entity_id& id, const snapshot& rows) {
  auto loaded = load_rows(id, rows);
  if (!loaded)
    return loaded.error();
  return &residents_.adopt(id, host_.spawn(*std::move(loaded)), clock_.monotone_ms());
}

result<std::unique_ptr<entity>> shard::load_rows(const entity_id& id, const snapshot& rows) const {
  try {
    return rules_.load(id, rows);
  } catch (const std::exception& error) { // One bad snapshot stops its entity, not the node.
    return fault{fault_code::internal, std::string{"loading failed: "} + error.what()};
  }
}

void shard::take_effects(delivery& command) {
  auto& done = effects_;
  if (done.content)
    rows_.put_content(command.to, *std::move(done.content));
  if (done.state)
    epochs_.put(command.to.row(table::state), *std::move(done.state));
  for (auto& change : done.index)
    lasting_.change_index(change);
  for (auto& change : done.timers)
    lasting_.change_timer(command.to, change);
  for (auto& each : done.calls)
    call(command.to, std::move(each));
  if (!done.settled_as.empty())
    ++figures_.settled[done.settled_as];
  if (done.unsettled_change > 0)
    lasting_.begin_work(command.to, std::move(done.stands));
  else if (done.unsettled_change < 0)
    lasting_.settle(command.to);
  else if (!done.stands.stage.empty())
    lasting_.change(command.to, done.stands);
  if (done.reply && command.from)
    answer(*command.from, *std::move(done.reply));
  if (done.announcement) {
    const auto body = std::make_shared<const std::string>(std::move(done.announcement->bytes));
    for (const auto& each : lasting_.resolve(command.to))
      owed().replies.push_back({each, done.announcement->outcome, body});
  }
  if (done.wait && command.from)
    lasting_.wait(command.to, *command.from, command.deadline_at);
  for (auto& each : done.commands)
    send(std::move(each));
  if (done.passivate)
    residents_.drop(command.to);
}

void shard::send(addressed_command command) {
  const auto destination = shard_of_slot(rules_.slot_of(command.to), options_.shards);
  if (destination == options_.shard) {
    queue_.push_back({command.to, std::move(command.what), std::nullopt, 0});
    return;
  }
  auto stored = std::make_shared<const std::string>(command.what->encode());
  const auto sequence = outboxes_.append(destination, command.to, stored);
  epochs_.put(to_row(outbox_key{destination, sequence}), encode(outbox_value{command.to, *stored}),
              write_set::known::fresh);
  epochs_.send(destination, {sequence, command.to, std::move(stored)});
}

void shard::call(const entity_id& entity, provider_call what) {
  const call_key which{entity, what.step};
  const auto before = calls_.add(which, clock_.time(), epochs_.last().epoch + 1) ? write_set::known::fresh
                                                                                 : write_set::known::perhaps;
  epochs_.put(to_row(which), call_value(what), before);
  epochs_.call({entity, std::move(what)});
}

} // namespace orderd::runtime
