// Starting: the engine's own rows back into memory. The business's entities load on demand.
#include "runtime/shard/shard.hpp"

#include "runtime/entity/undecoded_command.hpp"

#include <exception>
#include <utility>

namespace orderd::runtime {

namespace {

/// Reads every row of a table and hands it to `use` as the key and the value that its bytes say. The first
/// row that cannot be parsed ends it: the engine would go on without what that row holds.
template <class ParseKey, class ParseValue, class Use>
result<void> each_row(state_reader& rows, table in, ParseKey parse_key, ParseValue parse_value, Use use) {
  return rows.scan(in, {}, {}, false,
                   [&](std::string_view key_bytes, std::string_view bytes) -> result<state_reader::step> {
                     auto key = parse_key(key_bytes);
                     if (!key)
                       return key.error();
                     auto value = parse_value(bytes);
                     if (!value)
                       return value.error();
                     use(*std::move(key), *std::move(value));
                     return state_reader::step::next;
                   });
}

/// Whose stage is looked up before the shard begins: some milliseconds. The others follow with the ticks.
constexpr std::size_t looked_at_first = 1'000;

/// Of rows, at one look: an order may have 2,000 lines.
constexpr std::size_t looked_at_bytes = 256u << 10;

} // namespace

result<void> shard::recover(const instant& now) {
  clock_.start(options_.last.time_ms, now);
  clock_.advance(now);
  rows_.recover();
  for (const auto part :
       {&shard::recover_timers, &shard::recover_outboxes, &shard::recover_inboxes, &shard::recover_calls,
        &shard::recover_unsettled, &shard::recover_parked, &shard::recover_quarantine})
    if (auto done = (this->*part)(); !done)
      return done;
  look_at_recovered(looked_at_first);
  send_again();
  auto& first = epochs_.ready();
  first.started = true;
  for (std::uint32_t source = 0; source < options_.shards; ++source)
    if (source != options_.shard)
      first.acknowledgements[source] = inboxes_.last(source);
  finish();
  return {};
}

result<void> shard::recover_timers() {
  return each_row(rows_.store(), table::timer, parse_timer_key, parse_timer_value,
                  [this](const timer_key& when, std::string command) {
                    lasting_.restore_timer(when, std::move(command));
                  });
}

result<void> shard::recover_outboxes() {
  return each_row(rows_.store(), table::outbox, parse_outbox_key, parse_outbox_value,
                  [this](const outbox_key& where, outbox_value sent) {
                    auto stored = std::make_shared<const std::string>(std::move(sent.command));
                    outboxes_.restore(where.destination, {where.sequence, sent.to, std::move(stored)});
                  });
}

result<void> shard::recover_inboxes() {
  return each_row(rows_.store(), table::inbox, parse_inbox_key, parse_inbox_value,
                  [this](std::uint32_t source, std::uint64_t last) { inboxes_.restore(source, last); });
}

result<void> shard::recover_calls() {
  // The step is a part of the key.
  const auto parse_value = [](std::string_view bytes) { return parse_call_value(0, bytes); };
  return each_row(rows_.store(), table::call, parse_call_key, parse_value,
                  [this](const call_key& which, provider_call what) {
                    // Made again: its answer may have been lost with the last process.
                    what.step = which.step;
                    epochs_.ready().calls.push_back({which.entity, std::move(what)});
                    calls_.add(which, clock_.time());
                  });
}

result<void> shard::recover_unsettled() {
  std::vector<std::pair<unix_ms, entity_id>> open;
  auto read = each_row(rows_.store(), table::unsettled, parse_entity_key, parse_unsettled_value,
                       [&open](const entity_id& who, unix_ms since) { open.emplace_back(since, who); });
  lasting_.restore_unsettled(std::move(open));
  return read;
}

/// Rows do not say how an entity with work to do stands: the business does, by what is stored of it.
void shard::look_at_recovered(std::size_t count_max) {
  std::size_t bytes = 0;
  for (const auto& id : lasting_.not_looked_at(count_max)) {
    if (bytes > looked_at_bytes)
      return;
    auto now = standing_of(id, bytes);
    if (now.stage.empty())
      now.stage = unsettled::unknown;
    lasting_.change(id, now);
  }
}

/// For the metrics only: what cannot be read is found by the entity's next turn.
standing shard::standing_of(const entity_id& id, std::size_t& bytes) {
  try {
    if (const auto rows = rows_.newest(id)) {
      bytes += (rows->state ? rows->state->size() : 0) + (rows->content ? rows->content->size() : 0);
      return rules_.standing_of(id, *rows);
    }
  } catch (const std::exception&) { // As of a snapshot that does not load.
  }
  return {};
}

result<void> shard::recover_parked() {
  return each_row(rows_.store(), table::parked, parse_parked_key, parse_parked_value,
                  [this](const parked_key& where, const std::string& stored) {
                    const auto& id = where.entity;
                    auto command = rules_.decode_command(stored);
                    auto what =
                        command ? *std::move(command) : std::make_unique<const undecoded_command>(stored);
                    supervision_.restore(id, where.sequence, {id, std::move(what), std::nullopt, 0});
                    supervision_.add(id).retry_at = clock_.monotone_ms();
                  });
}

/// After what is parked: whether an entity is still to be quarantined is seen by the first that waits for it.
result<void> shard::recover_quarantine() {
  return each_row(rows_.store(), table::quarantine, parse_entity_key, parse_quarantine_value,
                  [this](const entity_id& id, const quarantine_entry& entry) {
                    auto& who = supervision_.add(id);
                    if (entry.command_name == undecoded_command::shown_name && !who.waiting.empty()
                        && who.waiting.front().command.what->name() != undecoded_command::shown_name) {
                      // This version can decode it: it goes on by itself.
                      epochs_.erase(quarantine_row_key(id));
                      return;
                    }
                    who.failures = entry.attempts;
                    who.retry_at.reset();
                    who.refusing = true; // Perhaps the last process did not come to all.
                    who.poison = entry.poison;
                  });
}

} // namespace orderd::runtime
