// Starting: the engine's own rows back into memory. The business's entities load on demand.
#include "runtime/shard/shard.hpp"

#include "runtime/entity/undecoded_command.hpp"

#include <utility>

namespace orderd::runtime {

result<void> shard::recover(const instant& now) {
  clock_.start(options_.last.time_ms, now);
  clock_.advance(now);
  if (auto done = recover_timers_and_channels(); !done)
    return done;
  recover_horizon();
  if (auto done = recover_calls(); !done)
    return done;
  if (auto done = recover_failing(); !done)
    return done;
  send_again();
  epochs_.ready().started = true;
  for (std::uint32_t source = 0; source < options_.shards; ++source)
    if (source != options_.shard)
      epochs_.ready().acknowledgements[source] = inboxes_.last(source);
  finish();
  return {};
}

void shard::recover_horizon() {
  const auto read =
      reader_->scan(table::content, {}, {}, true,
                    [this](std::string_view key, std::string_view) -> result<state_reader::step> {
                      horizon_.start({table::content, key});
                      return state_reader::step::stop;
                    });
  // A damaged last row concerns its own order only: without the mark, every new order is looked up.
  if (!read)
    horizon_.start_unknown();
}

result<void> shard::each_row(table in, const row_visit& visit) {
  return reader_->scan(in, {}, {}, false, [&](std::string_view key, std::string_view value) {
    auto done = visit(key, value);
    return done ? result<state_reader::step>{state_reader::step::next}
                : result<state_reader::step>{done.error()};
  });
}

result<void> shard::recover_timers_and_channels() {
  auto timers_read = each_row(table::timer, [this](auto key, auto value) -> result<void> {
    auto when = parse_timer_key(key);
    if (!when)
      return when.error();
    auto command = parse_timer_value(value);
    if (!command)
      return command.error();
    timers_.start(*when, *std::move(command));
    return {};
  });
  if (!timers_read)
    return timers_read;
  auto outbox_read = each_row(table::outbox, [this](auto key, auto value) -> result<void> {
    auto where = parse_outbox_key(key);
    if (!where)
      return where.error();
    auto sent = parse_outbox_value(value);
    if (!sent)
      return sent.error();
    outboxes_.restore(where->destination, {where->sequence, sent->to,
                                           std::make_shared<const std::string>(std::move(sent->command))});
    return {};
  });
  if (!outbox_read)
    return outbox_read;
  return each_row(table::inbox, [this](auto key, auto value) -> result<void> {
    auto source = parse_inbox_key(key);
    if (!source)
      return source.error();
    auto last = parse_inbox_value(value);
    if (!last)
      return last.error();
    inboxes_.restore(*source, *last);
    return {};
  });
}

result<void> shard::recover_calls() {
  auto calls_read = each_row(table::call, [this](auto key, auto value) -> result<void> {
    auto which = parse_call_key(key);
    if (!which)
      return which.error();
    auto what = parse_call_value(which->step, value);
    if (!what)
      return what.error();
    // Made again: its answer may have been lost with the last process.
    epochs_.ready().calls.push_back({which->entity, *std::move(what)});
    calls_.add(*which);
    return {};
  });
  if (!calls_read)
    return calls_read;
  std::vector<std::pair<unix_ms, entity_id>> open;
  auto unsettled_read = each_row(table::unsettled, [&open](auto key, auto value) -> result<void> {
    auto who = parse_entity_key(key);
    if (!who)
      return who.error();
    auto since = parse_unsettled_value(value);
    if (!since)
      return since.error();
    open.emplace_back(*since, *who);
    return {};
  });
  unsettled_.restore(std::move(open));
  return unsettled_read;
}

result<void> shard::recover_failing() {
  auto parked_read = each_row(table::parked, [this](auto key, auto value) -> result<void> {
    auto where = parse_parked_key(key);
    if (!where)
      return where.error();
    auto stored = parse_parked_value(value);
    if (!stored)
      return stored.error();
    auto command = rules_.decode_command(*stored);
    auto what = command ? *std::move(command) : std::make_unique<const undecoded_command>(*stored);
    supervision_.restore(where->entity, where->sequence, {where->entity, std::move(what), std::nullopt, 0});
    supervision_.add(where->entity).retry_at = clock_.monotone_ms();
    return {};
  });
  if (!parked_read)
    return parked_read;
  return each_row(table::quarantine, [this](auto key, auto value) -> result<void> {
    auto who = parse_entity_key(key);
    if (!who)
      return who.error();
    auto entry = parse_quarantine_value(value);
    if (!entry)
      return entry.error();
    auto& back = supervision_.add(*who);
    if (entry->command_name == undecoded_command::shown_name && !back.waiting.empty()
        && back.waiting.front().command.what->name() != undecoded_command::shown_name) {
      epochs_.erase(quarantine_row_key(*who)); // This version can decode it: it goes on by itself.
      return {};
    }
    back.failures = entry->attempts;
    back.retry_at.reset();
    back.refusing = true; // Perhaps the last process did not come to all.
    back.poison = entry->poison;
    return {};
  });
}

} // namespace orderd::runtime
