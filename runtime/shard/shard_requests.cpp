// Requests from outside: entities, queries, operators.
#include "runtime/base/log.hpp"
#include "runtime/shard/shard.hpp"

#include <exception>
#include <utility>

namespace orderd::runtime {

namespace {

constexpr std::uint32_t scan_retry_after_ms = 200;
// A page of large orders takes some milliseconds, for which every other input of the shard waits.
constexpr std::size_t scans_per_input_max = 4;

work work_of(const request& what) {
  if (std::holds_alternative<query_request>(what.what))
    return work::read;
  const auto* command = std::get_if<entity_request>(&what.what);
  return command != nullptr && command->new_work ? work::order : work::other;
}

/// What a query sees that is answered with the open epoch: the newest rows.
class newest_view : public shard_view {
public:
  newest_view(shard& of, entity_rows& rows) : of_(of), rows_(rows) {}
  result<snapshot> rows(const entity_id& id) override { return rows_.newest(id); }
  result<void> scan(table, std::string_view, std::string_view, bool, const state_reader::visitor&) override {
    throw bug("a query that does not scan() has scanned");
  }
  entity_description describe(const entity_id& id) override { return of_.describe(id); }

private:
  shard& of_;
  entity_rows& rows_;
};

/// What a scanning query sees: the state store, which has everything committed before the query came.
class stored_view : public shard_view {
public:
  stored_view(shard& of, entity_rows& rows) : of_(of), rows_(rows) {}
  result<snapshot> rows(const entity_id& id) override { return rows_.stored(id); }
  result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                    const state_reader::visitor& visit) override {
    return rows_.store().scan(in, prefix, after, backwards, visit);
  }
  entity_description describe(const entity_id& id) override { return of_.describe(id); }

private:
  shard& of_;
  entity_rows& rows_;
};

} // namespace

void shard::requests(std::vector<request> batch, std::chrono::nanoseconds queue_age, const instant& now) {
  clock_.advance(now);
  for (auto& each : batch) {
    if (backlog_.has_requests() || is_full())
      backlog_.add(std::move(each), queue_age, clock_.monotone_ms());
    else
      take(each, queue_age);
  }
}

void shard::take_backlog() {
  while (!is_full()) {
    if (const auto answer = backlog_.next_answer())
      take(*answer);
    else if (auto next = backlog_.next_request(clock_.monotone_ms()))
      take(next->what, next->queue_age);
    else
      return;
  }
}

void shard::take(request& what, std::chrono::nanoseconds queue_age) {
  if (auto refusal = refusal_of(what, queue_age))
    refuse(what.from, *refusal);
  else if (auto* command = std::get_if<entity_request>(&what.what))
    deliver({command->command.to, std::move(command->command.what), what.from, what.deadline_at});
  else if (auto* read = std::get_if<query_request>(&what.what))
    take_query(what, *read);
  else
    resolve(what.from, std::get<resolve_request>(what.what));
}

void shard::refuse(const caller& from, const fault& why) {
  if (why.code == fault_code::storage_full)
    ++figures_.refused_storage_full;
  else if (why.code == fault_code::overloaded)
    ++figures_.refused_overloaded;
  answer_fault(from, why);
}

std::optional<fault> shard::refuses_arriving(const request& what, std::chrono::nanoseconds wait,
                                             std::int64_t monotone_now) const {
  return refuses_wait(what, wait, wait, monotone_now);
}

std::optional<fault> shard::refuses_wait(const request& what, std::chrono::nanoseconds wait,
                                         std::chrono::nanoseconds still, std::int64_t monotone_now) const {
  if (std::holds_alternative<resolve_request>(what.what))
    return std::nullopt;
  return admission_.refuses_wait(work_of(what), wait, still,
                                 std::chrono::milliseconds{what.deadline_at - monotone_now});
}

std::optional<fault> shard::refusal_of(const request& what, std::chrono::nanoseconds queue_age) const {
  if (work_of(what) == work::order)
    if (auto why = admission_.refuses_new_work({epochs_.unapplied_bytes(), lasting_.unsettled_count()}))
      return why;
  return refuses_wait(what, queue_age, {}, clock_.monotone_ms());
}

void shard::take_query(const request& what, query_request& body) {
  if (body.what->scans())
    return take_scan(what, body);
  newest_view view{*this, rows_};
  auto answered = run_query(*body.what, view);
  if (answered)
    answer(what.from, *std::move(answered));
  else
    answer_fault(what.from, answered.error());
}

void shard::take_scan(const request& what, query_request& body) {
  if (scans_.is_full())
    return answer_fault(
        what.from, {fault_code::overloaded, "too many lists wait for the state store", scan_retry_after_ms});
  // Everything answered so far is in an epoch closed, or about to be.
  const auto needs = epochs_.epoch_of_newest_row();
  scans_.add({needs, what.from, what.deadline_at, std::move(body.what)});
  if (epochs_.last_applied() < needs)
    port_.apply_now();
}

result<reply_body> shard::run_query(const query& what, shard_view& view) {
  try {
    return what.answer(view);
  } catch (const std::exception& error) {
    return fault{fault_code::internal, std::string{"the query failed: "} + error.what()};
  }
}

void shard::answer_scan(const pending_scans::scan& scan) {
  stored_view view{*this, rows_};
  auto answered = run_query(*scan.what, view);
  auto body = answered ? *std::move(answered)
                       : reply_body{reply_outcome::fault, rules_.fault_reply(answered.error())};
  epochs_.ready().replies.push_back(
      {scan.from, body.outcome, std::make_shared<const std::string>(std::move(body.bytes))});
}

void shard::answer_scans() {
  for (const auto& scan : scans_.take_due(epochs_.last_applied(), scans_per_input_max))
    answer_scan(scan);
}

void shard::resolve(const caller& from, resolve_request& body) {
  auto* who = supervision_.find(body.entity);
  if (who == nullptr || who->retry_at)
    return answer(from, std::move(body.not_quarantined_reply));
  epochs_.erase(quarantine_row_key(body.entity));
  // Dropped is the failing command alone, never one that waits behind it.
  if (!body.retry && !who->waiting.empty() && who->waiting.front().sequence == who->poison)
    unpark_first(body.entity, *who);
  who->begin_again();
  who->refusing = false; // They run instead.
  who->retry_at = clock_.monotone_ms();
  log::info("shard", "quarantine_resolved",
            {{"kind", rules_.kind_name(body.entity.kind())},
             {"key", rules_.readable_key(body.entity)},
             {"action", body.retry ? "retry" : "release"},
             {"by", body.by},
             {"why", body.why}});
  answer(from, std::move(body.resolved_reply));
  retry_failing(body.entity);
  // Where that entity still fails, the note waits behind the others, as a row.
  if (auto note = rules_.note_of(body, clock_.time())) {
    send(*std::move(note));
    run_queue();
  }
}

void shard::answer(const caller& to, reply_body body) {
  owed().replies.push_back({to, body.outcome, std::make_shared<const std::string>(std::move(body.bytes))});
}

void shard::answer_fault(const caller& to, const fault& why) {
  // Depends on nothing that is stored: it may leave at once.
  epochs_.ready().replies.push_back(
      {to, reply_outcome::fault, faults_.body_of(why), rests_on_nothing(why.code)});
}

shard_outputs& shard::owed() {
  return epochs_.owed(lasting_.rows_follow());
}

} // namespace orderd::runtime
