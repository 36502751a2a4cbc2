// Time, channels, provider answers, and commits.
#include "runtime/shard/shard.hpp"

#include "runtime/base/slots.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace orderd::runtime {

namespace {

constexpr std::size_t timers_per_tick_max = 5'000;
constexpr std::int64_t store_time_every_ms = 1'000;
// Besides what each closed epoch has forgotten: 0.1 us each, so that a tick never shows.
constexpr std::size_t forgotten_per_tick = 10'000;
// Of those found at the start: half a millisecond, fifty times a second.
constexpr std::size_t looked_at_per_tick = 100;
// Some 600 KB of an epoch, and more than a second's commands to other shards.
constexpr std::size_t erased_per_epoch_max = 20'000;
constexpr std::size_t rows_a_second = 200'000; // at full load

} // namespace

shard::shard(shard_options options, const business& rules, entity_host& host,
             std::unique_ptr<state_reader> reader, shard_port& port)
    : options_(options), rules_(rules), host_(host), port_(port),
      epochs_({.shard = options.shard,
               .term = options.term,
               .self = options.self,
               .last = options.last,
               .rows_expected = options.presized ? rows_a_second : 0}),
      rows_(rules, epochs_, std::move(reader)),
      lasting_(epochs_, options.presized ? options.admission.unsettled_max : 0, rules.stages()),
      residents_(options.presized ? options.live_entities_max : 0), supervision_(options.restarts_max),
      admission_(options.admission), faults_(rules), warnings_(options.shard, options.shards) {}

void shard::tick(const instant& now) {
  clock_.advance(now);
  const auto monotone = clock_.monotone_ms();
  fire_timers();
  for (const auto& id : supervision_.due(monotone)) {
    if (is_full())
      break;
    retry_failing(id);
  }
  answer_late(lasting_.expire_waiters(monotone));
  answer_late(supervision_.expire(monotone));
  answer_late(scans_.expire(monotone));
  answer_late(backlog_.expire(monotone));
  look_at_recovered(looked_at_per_tick);
  epochs_.forget_applied(forgotten_per_tick);
  residents_.sweep({monotone - options_.idle_ms_max, options_.live_entities_max, monotone});
  if (epochs_.is_empty())
    erase_acknowledged();
  if (outboxes_.resend_due(monotone))
    send_again();
}

void shard::send_again() {
  outboxes_.sent_again(clock_.monotone_ms());
  for (std::uint32_t destination = 0; destination < options_.shards; ++destination)
    send_again(destination);
}

void shard::send_again(std::uint32_t destination) {
  if (auto commands = outboxes_.unacknowledged(destination); !commands.empty())
    epochs_.ready().commands[destination] = std::move(commands);
}

void shard::answer_late(const std::vector<caller>& late) {
  figures_.late_callers += late.size();
  for (const auto& each : late)
    answer_fault(each, {fault_code::timeout, "the outcome is not known yet; ask again with the same id"});
}

void shard::fire_timers() {
  for (std::size_t fired = 0; fired < timers_per_tick_max && !is_full(); ++fired) {
    const auto due = lasting_.take_due_timer(clock_.time());
    if (!due)
      return;
    deliver_stored(due->key.entity, due->command);
  }
}

bool shard::is_another(std::uint32_t source) {
  if (source < options_.shards && source != options_.shard)
    return true;
  warnings_.channel_refused(
      source, "",
      "a message of a channel names as the other shard one that does not exist, or this one; nothing of "
      "it is taken. A node with other settings, or something that is no node, reaches the peer port",
      clock_.monotone_ms());
  return false;
}

bool shard::is_here(const entity_id& who) const {
  return shard_of_slot(rules_.slot_of(who), options_.shards) == options_.shard;
}

void shard::commands(const channel_commands& batch, const instant& now) {
  if (!is_another(batch.source))
    return;
  clock_.advance(now);
  bool taken = false;
  for (const auto& each : batch.commands) {
    if (!is_here(each.to)) {
      warnings_.channel_refused(batch.source, rules_.readable_key(each.to),
                                "a command for an entity of another shard, and what follows it, is not taken",
                                clock_.monotone_ms());
      break;
    }
    if (is_full())
      break; // Its number is not taken: its shard sends it again.
    const auto verdict = inboxes_.offer(batch.source, each.sequence);
    if (verdict == inboxes::verdict::gap)
      break;
    if (verdict == inboxes::verdict::duplicate)
      continue; // Its effects are in some epoch; the acknowledgement below may have been lost.
    taken = true;
    deliver_stored(each.to, *each.stored);
  }
  const auto last = inboxes_.last(batch.source);
  // The number is in the epoch that has the effects: after a crash either both are there, and the command is
  // known for a duplicate, or neither is, and it is handled again. Not before that epoch is committed is it
  // acknowledged, since then its sender forgets it.
  if (taken)
    epochs_.put(inbox_row_key(batch.source), inbox_value(last));
  owed().acknowledgements[batch.source] = last;
}

void shard::acknowledged(const channel_acknowledged& what) {
  if (!is_another(what.destination))
    return;
  outboxes_.acknowledged(what.destination, what.upto);
  if (what.started)
    send_again(what.destination);
}

void shard::erase_acknowledged() {
  for (std::size_t erased = 0; erased < erased_per_epoch_max; ++erased) {
    const auto row = outboxes_.take_erasable();
    if (!row)
      return;
    epochs_.erase(to_row(*row));
  }
}

void shard::answered(const provider_answer& what, const instant& now) {
  clock_.advance(now);
  if (is_full())
    backlog_.add(what);
  else
    take(what);
}

void shard::take(const provider_answer& what) {
  const call_key which{what.entity, what.step};
  if (!calls_.answered(which))
    return; // A second answer to one call: the first one counted.
  // The row goes with the epoch that has what the answer caused. A crash before its commit makes the call
  // again, under the same key, and the provider says the same again.
  epochs_.erase(to_row(which));
  deliver({what.entity, rules_.provider_answered(what.step, what.answer), std::nullopt, 0});
}

void shard::finish() {
  lasting_.watch_waiters();
  // One epoch is under way at a time: while the journal syncs it, the next one gathers what comes, so the
  // batches grow by themselves as the load grows.
  if (!epochs_.is_committing()) {
    if (!epochs_.is_empty() || must_store_time()) {
      close_epoch();
    } else {
      epochs_.let_go_unowed();
      scans_.need_at_most(epochs_.last().epoch); // The rows they were to see came to nothing.
    }
    take_backlog();
    lasting_.watch_waiters();
  }
  if (!scans_.empty())
    answer_scans();
  if (!epochs_.ready().empty())
    port_.release(epochs_.take_ready());
}

/// Time that is not stored is lost with the process: one that ends every few seconds would never come to fire
/// what waits. Where no timer waits, nobody misses it.
bool shard::must_store_time() const {
  return lasting_.has_timers() && clock_.time() - epochs_.last().time_ms >= store_time_every_ms;
}

void shard::close_epoch() {
  erase_acknowledged(); // Needs no epoch of its own: it goes with one that is closed anyway.
  auto closed = epochs_.close(clock_.time());
  rows_.closed(closed.what->number);
  port_.append(std::move(closed.what), closed.bytes);
}

void shard::durable(const replica_id& who, std::uint64_t epoch) {
  if (auto done = epochs_.durable(who, epoch))
    release_committed(*std::move(done));
}

void shard::release_committed(epoch_builder::committed_epoch done) {
  // From now on these commands may be sent again: a restart would find their rows.
  for (const auto& [destination, upto] : done.sent_upto)
    outboxes_.committed(destination, upto);
  // Only what is committed is applied: an epoch that the next primary cuts off must never be in a state (A7).
  port_.apply(std::move(done.what));
  if (!scans_.empty())
    port_.apply_now();
  port_.release(std::move(done.outputs));
}

void shard::applied(std::uint64_t epoch) {
  epochs_.applied(epoch);
  rows_.applied(epoch);
}

shard_description shard::describe() const {
  shard_description how;
  how.shard = options_.shard;
  how.term = options_.term;
  how.committed_epoch = epochs_.last_committed();
  how.applied_epoch = epochs_.last_applied();
  how.live_entities = residents_.size();
  how.unsettled = lasting_.unsettled_count();
  how.quarantined = supervision_.quarantined();
  how.channel_backlog = outboxes_.backlog();
  how.unapplied_bytes = epochs_.unapplied_bytes();
  how.time_ms = clock_.time();
  return how;
}

} // namespace orderd::runtime
