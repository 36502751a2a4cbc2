#include "tests/unit/actors/entities/mini_engine.hpp"

#include "actors/audit/auditor.hpp"
#include "actors/entities/business.hpp"
#include "actors/public/replies.hpp"
#include "actors/requests/request_decoder.hpp"
#include "runtime/base/slots.hpp"

#include <gtest/gtest.h>

#include <iterator>

namespace orderd::actors::test {

using runtime::addressed_command;
using runtime::effects;
using runtime::entity_id;
using runtime::table;

mini_engine::mini_engine(options with)
    : options_(with), rules_(make_business({30'000})), provider_(with.provider), random_(with.seed),
      rows_(with.shards) {}

std::uint32_t mini_engine::shard_of(const entity_id& id) const {
  return runtime::shard_of_slot(rules_->slot_of(id), options_.shards);
}

int mini_engine::send(const v1::request& what) {
  const int caller = ++waiters_;
  auto decoded = decode_request(what, options_.shards);
  if (auto* refused = std::get_if<refused_request>(&decoded)) {
    answer(caller, refused->reply);
    return caller;
  }
  auto& [shard, asked] = std::get<shard_request>(decoded);
  if (auto* query = std::get_if<runtime::query_request>(&asked)) {
    auto body = query->what->answer(rows_.at(shard));
    answer(caller,
           body ? *body
                : runtime::reply_body{runtime::reply_outcome::fault, rules_->fault_reply(body.error())});
  } else {
    auto& to = std::get<runtime::entity_request>(asked).command;
    deliver(to.to, *to.what, caller);
  }
  return caller;
}

v1::reply mini_engine::ask(const v1::request& what) {
  const int caller = send(what);
  run();
  EXPECT_EQ(answers_[caller].size(), 1u);
  return answers_[caller].empty() ? v1::reply{} : answers_[caller].front();
}

void mini_engine::answer(int caller, const runtime::reply_body& body) {
  v1::reply reply;
  EXPECT_TRUE(reply.ParseFromString(body.bytes));
  EXPECT_EQ(body.outcome, reply_body(reply).outcome);
  answers_[caller].push_back(reply);
}

runtime::entity& mini_engine::live(const entity_id& id) {
  auto& slot = live_[id];
  if (!slot) {
    auto loaded = rules_->load(id, *rows_[shard_of(id)].rows(id));
    if (!loaded)
      throw std::runtime_error(loaded.error().message);
    slot = *std::move(loaded);
  }
  return *slot;
}

void mini_engine::deliver(const entity_id& to, const runtime::command& what, std::optional<int> caller) {
  effects done;
  runtime::turn turn{to, what, now_, done};
  ++turns_;
  live(to).handle(turn);
  take(to, done, caller);
  run_local();
}

void mini_engine::run_local() {
  while (!local_.empty()) {
    auto next = std::move(local_.front());
    local_.pop_front();
    effects done;
    runtime::turn turn{next.to, *next.what, now_, done};
    ++turns_;
    live(next.to).handle(turn);
    take(next.to, done, std::nullopt);
  }
}

void mini_engine::keep_rows(const entity_id& id, effects& done) {
  auto& rows = rows_[shard_of(id)];
  if (done.content)
    rows.put(id.row(table::content), *done.content);
  if (done.state)
    rows.put(id.row(table::state), *done.state);
  for (auto& change : done.index) {
    if (change.fresh) {
      EXPECT_FALSE(rows.find(table::index, change.key)) << "a key said to be fresh exists";
    }
    rows.put(table::index, change.key, change.value);
  }
  for (auto& change : done.timers) {
    const timer_id name{std::string{id.row(table::timer).key()}, change.name};
    timers_.erase(name);
    if (change.due_at)
      timers_[name] = {*change.due_at, id, change.what->encode()};
  }
}

void mini_engine::keep_standing(const entity_id& id, const effects& done) {
  const auto key = rules_->readable_key(id);
  const auto by_rows = rules_->standing_of(id, *rows_[shard_of(id)].rows(id));
  if (!done.stands.stage.empty())
    standings_[key] = done.stands;
  if (done.unsettled_change < 0)
    standings_.erase(key);
  if (rules_->kind_name(id.kind()) != "order")
    return;
  const auto kept = standings_[key]; // Of one that is settled nothing.
  if (kept.stage.empty())
    standings_.erase(key);
  runtime::require(kept.stage == by_rows.stage && kept.in_doubt.unit == by_rows.in_doubt.unit
                       && kept.in_doubt.amount == by_rows.in_doubt.amount,
                   "turns and rows of an order differ in how it stands");
}

void mini_engine::take(const entity_id& id, effects& done, std::optional<int> caller) {
  keep_rows(id, done);
  unsettled_ += done.unsettled_change;
  keep_standing(id, done);
  for (auto& each : done.calls)
    calls_.push_back({id, each});
  if (done.reply && caller)
    answer(*caller, *done.reply);
  if (done.announcement) {
    for (const int each : std::exchange(waiting_[id], {}))
      answer(each, *done.announcement);
  }
  if (done.wait && caller)
    waiting_[id].push_back(*caller);
  for (auto& each : done.commands)
    send_on(shard_of(id), std::move(each));
  if (done.passivate || static_cast<int>(random_() % 100) < options_.forget_percent)
    live_.erase(id);
}

void mini_engine::send_on(std::uint32_t from, addressed_command command) {
  const auto to = shard_of(command.to);
  if (to == from)
    local_.push_back(std::move(command));
  else
    channels_[{from, to}].emplace_back(command.to, command.what->encode());
}

bool mini_engine::deliver_from_channel() {
  std::erase_if(channels_, [](const auto& each) { return each.second.empty(); });
  if (channels_.empty())
    return false;
  auto chosen = std::next(channels_.begin(), static_cast<std::ptrdiff_t>(random_() % channels_.size()));
  auto [to, stored] = std::move(chosen->second.front());
  chosen->second.pop_front();
  auto what = rules_->decode_command(stored);
  if (!what)
    throw std::runtime_error(what.error().message);
  deliver(to, **what, std::nullopt);
  return true;
}

bool mini_engine::answer_call() {
  if (calls_.empty() || provider_stopped_)
    return false;
  const auto next = calls_.front();
  calls_.pop_front();
  const auto said = provider_.answer(next.what.idempotency_key, next.what.body);
  const auto command = rules_->provider_answered(next.what.step, said);
  deliver(next.entity, *command, std::nullopt);
  return true;
}

bool mini_engine::fire_timer() {
  auto first = timers_.begin();
  for (auto at = timers_.begin(); at != timers_.end(); ++at)
    if (at->second.due_at < first->second.due_at)
      first = at;
  if (first == timers_.end())
    return false;
  const auto due = first->second;
  timers_.erase(first);
  now_ = std::max(now_, due.due_at);
  auto what = rules_->decode_command(due.stored);
  if (!what)
    throw std::runtime_error(what.error().message);
  deliver(due.entity, **what, std::nullopt);
  return true;
}

bool mini_engine::deliver_one() {
  now_ += 1;
  if (random_() % 2 == 0)
    return deliver_from_channel() || answer_call() || fire_timer();
  return answer_call() || deliver_from_channel() || fire_timer();
}

void mini_engine::run() {
  while (deliver_from_channel() || answer_call())
    ;
}

void mini_engine::run_to_rest() {
  while (deliver_one())
    ;
}

std::size_t mini_engine::waiting_callers() const {
  std::size_t callers = 0;
  for (const auto& [entity, each] : waiting_)
    callers += each.size();
  return callers;
}

v1::audit_report mini_engine::audit() {
  const auto with = make_auditor({now_});
  for (std::uint32_t shard = 0; shard < options_.shards; ++shard) {
    const auto read = with->inspect(shard, rows_[shard]);
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
  }
  return with->report();
}

} // namespace orderd::actors::test
