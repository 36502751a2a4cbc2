#include "runtime/engine/shard_runner.hpp"

#include "runtime/base/log.hpp"
#include "runtime/engine/actor_host.hpp"
#include "runtime/entity/object_host.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace orderd::runtime {

namespace {

/// Of requests, before anything else of the shard has its turn: so many, or so long.
constexpr std::size_t slice_requests = 64;
constexpr std::chrono::milliseconds slice_time{1};
/// After which the time that they took is looked at.
constexpr std::size_t part_requests = 8;
/// Far more than clocks that are kept by NTP differ, or than a failover takes.
constexpr std::int64_t clock_far_ms = 300'000;
constexpr std::uint8_t kinds_max = 15; // of entities, for the metrics

std::unique_ptr<entity_host> make_host(config::entity_form form, caf::actor_system& system) {
  if (form == config::entity_form::object)
    return std::make_unique<object_host>();
  return make_actor_host(system);
}

} // namespace

shard_runner::shard_runner(caf::actor_system& system, shard_run given, shard_runner_port& port)
    : system_(system), self_(given.options.self), shard_index_(given.options.shard),
      shard_name_(std::to_string(shard_index_)), rules_(given.rules), clock_(given.clock),
      metrics_(given.metrics), port_(port), host_(make_host(given.form, system)),
      engine_(given.options, given.rules, *host_, std::move(given.reader), *this) {}

shard_runner::~shard_runner() {
  reset_metrics();
}

void shard_runner::start() {
  metrics_.long_turns.at(shard_index_).Increment(0); // Shown from the start, for rates.
  run([this] {
    if (const auto ok = engine_.recover(clock_.now()); !ok)
      throw bug("cannot start: " + ok.error().message);
  });
}

// -- inputs --------------------------------------------------------------------------------------

void shard_runner::requests(shard_requests& batch) {
  turn("arriving requests", [&] { take(batch); });
}

void shard_runner::forget(const connection_gone& what) {
  turn("a connection is gone", [&] { answer_nobody(what.connection); });
}

void shard_runner::work() {
  turn("requests", [&] { work_slice(); });
}

void shard_runner::commands(const channel_commands& batch) {
  turn("commands of shards", [&] { run([&] { engine_.commands(batch, clock_.now()); }); });
}

void shard_runner::acknowledged(const channel_acknowledged& what) {
  turn("acknowledgement of a shard", [&] { run([&] { engine_.acknowledged(what); }); });
}

void shard_runner::answered(const provider_answer& what) {
  turn("answers of the provider", [&] { run([&] { engine_.answered(what, clock_.now()); }); });
}

void shard_runner::durable(std::uint64_t epoch) {
  turn("an epoch is durable", [&] { committed(epoch); });
}

void shard_runner::applied(std::uint64_t epoch) {
  turn("an epoch is applied", [&] { run([&] { engine_.applied(epoch); }); });
}

void shard_runner::tick() {
  turn("tick", [&] { pass_time(); });
}

shard_description shard_runner::describe() const {
  auto how = engine_.describe();
  how.longest_turns = turns_.longest();
  return how;
}

template <class Work>
void shard_runner::turn(const char* what, Work work) {
  const auto began = steady_now();
  work();
  const auto took = steady_now() - began;
  if (took <= long_turns::allowed)
    return;
  turns_.add({what, took, clock_.now().wall_ms});
  metrics_.long_turns.at(shard_index_).Increment();
}

template <class Input>
void shard_runner::run(Input input) {
  try {
    input();
    engine_.finish();
    work_soon();
  } catch (const std::exception& error) {
    port_.failed({fault_code::internal, std::string{"the engine of shard "} + std::to_string(shard_index_)
                                            + " failed: " + error.what()});
  }
}

void shard_runner::committed(std::uint64_t epoch) {
  metrics_.commit_stage.observe(steady_now() - closed_at_, std::exchange(closed_requests_, 0));
  run([&] { engine_.durable(self_, epoch); });
  if (committing_ > epoch)
    return; // The next epoch went out at once.
  committing_ = 0;
  open_slices_.clear(); // No epoch is open, so they changed nothing.
}

void shard_runner::take(shard_requests& batch) {
  auto& all = *batch.batch;
  if (all.empty())
    return;
  const auto connection = all.front().from.connection;
  const auto now = clock_.now().monotone_ms;
  const auto arrived = steady_now();
  std::size_t kept = 0;
  bool refused = false;
  for (auto& each : all) {
    if (const auto why =
            engine_.refuses_arriving(each, waiting_.expected_wait(connection, kept, arrived), now)) {
      engine_.refuse(each.from, *why);
      refused = true;
    } else {
      if (auto& place = all[kept++]; &place != &each)
        place = std::move(each);
    }
  }
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
  if (!all.empty())
    waiting_.add(std::move(all), batch.arrived_at);
  work_soon();
  if (refused)
    run([] {});
}

/// Nobody reads the answers of a connection that is gone; whoever counts what is unanswered gets one.
void shard_runner::answer_nobody(std::uint64_t connection) {
  for (const auto& each : waiting_.forget(connection))
    engine_.refuse(each.from, {fault_code::unavailable, "its connection is gone; nothing was done"});
  run([] {});
}

/// A full epoch waits for the disk: what ends that asks again.
void shard_runner::work_soon() {
  if (!waiting_.empty() && !engine_.is_full())
    port_.work_later();
}

void shard_runner::work_slice() {
  run([this] {
    const auto begun = steady_now();
    std::size_t taken = 0;
    for (auto began = begun;
         taken < slice_requests && began - begun < slice_time && !waiting_.empty() && !engine_.is_full();) {
      auto part = waiting_.take(part_requests);
      const auto age = began - part.arrived_at;
      const auto count = part.requests.size();
      metrics_.queue_stage.observe(age, count);
      open_slices_.push_back({began, count});
      engine_.requests(std::move(part.requests), age, clock_.now());
      const auto ended = steady_now();
      waiting_.used(part.connection, count, began, ended);
      began = ended;
      taken += count;
    }
  });
}

void shard_runner::pass_time() {
  const auto now = clock_.now();
  run([this, &now] {
    engine_.tick(now);
    if (!engine_.is_full())
      return;
    // Nothing is taken until the disk answers, and nobody waits beyond a deadline for that.
    for (const auto& each : waiting_.expire(now.monotone_ms))
      engine_.refuse(each.from, {fault_code::overloaded, "the shard waits for its disk; nothing was done"});
  });
  publish_metrics(now.monotone_ms);
}

void shard_runner::append(epoch_ptr closed, std::size_t bytes) {
  committing_ = closed->number;
  closed_at_ = steady_now();
  for (const auto& [admitted_at, requests] : open_slices_) {
    metrics_.epoch_stage.observe(closed_at_ - admitted_at, requests);
    closed_requests_ += requests;
  }
  open_slices_.clear();
  metrics_.epoch_bytes.observe(bytes);
  metrics_.epoch_rows.observe(closed->writes.size());
  port_.append(std::move(closed), bytes);
}

void shard_runner::apply(epoch_ptr committed) {
  port_.apply(std::move(committed));
}

void shard_runner::apply_now() {
  port_.apply_now();
}

void shard_runner::release(shard_outputs outputs) {
  if (committing_ == 0)
    open_slices_.clear(); // They changed nothing, so no epoch holds them.
  port_.release(std::move(outputs));
}

// -- for people ----------------------------------------------------------------------------------

void shard_runner::publish_metrics(std::int64_t monotone_ms) {
  const auto how = engine_.describe();
  const auto& now = engine_.figures();
  metrics_.apply_lag_epochs.at(shard_index_)
      .Set(static_cast<double>(how.committed_epoch - how.applied_epoch));
  metrics_.unapplied_bytes.at(shard_index_).Set(static_cast<double>(how.unapplied_bytes));
  metrics_.unsettled_orders.at(shard_index_).Set(static_cast<double>(how.unsettled));
  metrics_.quarantined_entities.at(shard_index_).Set(static_cast<double>(how.quarantined));
  metrics_.channel_backlog.at(shard_index_).Set(static_cast<double>(how.channel_backlog));
  const auto oldest = engine_.oldest_unsettled_since();
  const auto age_ms = oldest ? engine_.time() - *oldest : 0;
  metrics_.oldest_unsettled_order_age.at(shard_index_).Set(static_cast<double>(age_ms) / 1e3);
  drain_.note(monotone_ms, how.unsettled);
  metrics_.drain.at(shard_index_).Set(drain_.seconds(monotone_ms, how.unsettled, age_ms));
  show_stages();
  show_doubt();
  show_clock();
  for (std::uint8_t kind = 0; kind <= kinds_max; ++kind) {
    const auto kind_name = rules_.kind_name(kind);
    if (kind_name.empty())
      continue;
    metrics_.live_entities.at(kind_name, shard_name_).Set(static_cast<double>(engine_.live().count(kind)));
    metrics_.entity_restarts.at(kind_name).Increment(
        static_cast<double>(now.restarts_by_kind[kind] - shown_.restarts_by_kind[kind]));
  }
  for (const auto& [status, count] : now.settled)
    metrics_.orders_settled.at(status).Increment(static_cast<double>(count - shown_.settled[status]));
  const auto count_refusals = [this](const char* reason, std::uint64_t count) {
    metrics_.admission_refusals.at(reason).Increment(static_cast<double>(count));
  };
  count_refusals("overloaded", now.refused_overloaded - shown_.refused_overloaded);
  count_refusals("storage_full", now.refused_storage_full - shown_.refused_storage_full);
  shown_ = now;
}

void shard_runner::show_stages() {
  const auto stages = engine_.with_work().stages();
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& now = stages[i];
    const auto name = now.name.empty() ? unsettled::unknown : now.name;
    if (i == stages_.size())
      stages_.push_back({metrics_.unsettled_by_status.at(shard_name_, name),
                         metrics_.oldest_by_status.at(shard_name_, name)});
    stages_[i].count.Set(static_cast<double>(now.count));
    const auto age_ms = now.oldest_since ? engine_.time() - *now.oldest_since : 0;
    stages_[i].oldest.Set(static_cast<double>(age_ms) / 1e3);
  }
}

void shard_runner::show_doubt() {
  std::vector<doubt_sum> now;
  for (auto& each : engine_.with_work().in_doubt())
    now.push_back({std::move(each.unit), each.count, each.amount, engine_.time() - each.oldest_since});
  const bool any = !now.empty();
  if (any || doubt_is_shown_)
    metrics_.money_in_doubt.show(shard_index_, std::move(now));
  doubt_is_shown_ = any;
}

void shard_runner::show_clock() {
  const auto ahead_ms = engine_.wall_ahead_ms();
  metrics_.wall_clock_ahead.at(shard_index_).Set(static_cast<double>(ahead_ms) / 1e3);
  const bool far = ahead_ms > clock_far_ms || ahead_ms < -clock_far_ms;
  if (far && !std::exchange(clock_was_far_, true))
    log::warn("shard", "clock_far", {{"shard", shard_index_}, {"wall_clock_ahead_ms", ahead_ms}},
              "the wall clock and the time stored with this shard's epochs differ; deadlines are kept by the "
              "shard's own. Check this machine's clock and those of the nodes that led the shard before");
  else if (!far && std::exchange(clock_was_far_, false))
    log::info("shard", "clock_near", {{"shard", shard_index_}},
              "the wall clock agrees with the shard's time again");
}

void shard_runner::reset_metrics() {
  for (auto* each : {&metrics_.apply_lag_epochs, &metrics_.unapplied_bytes, &metrics_.unsettled_orders,
                     &metrics_.oldest_unsettled_order_age, &metrics_.quarantined_entities,
                     &metrics_.channel_backlog, &metrics_.wall_clock_ahead, &metrics_.drain})
    each->at(shard_index_).Set(0);
  for (const auto& each : stages_) {
    each.count.Set(0);
    each.oldest.Set(0);
  }
  metrics_.money_in_doubt.show(shard_index_, {});
  for (std::uint8_t kind = 0; kind <= kinds_max; ++kind)
    if (const auto name = rules_.kind_name(kind); !name.empty())
      metrics_.live_entities.at(name, shard_name_).Set(0);
}

} // namespace orderd::runtime
