#include "runtime/engine/applier_actor.hpp"

#include "config/limits.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/short_slices.hpp"
#include "runtime/engine/inspector_actor.hpp"
#include "runtime/storage/row_bytes.hpp"
#include "runtime/storage/state_hash.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace orderd::runtime {

namespace {

/// A batch of the largest size takes some hundred milliseconds on a disk that works.
constexpr std::chrono::seconds stall{1};

/// One step of a copy, and its answer. Done again after a failure it comes to the same.
result<rows_loaded> load_into(state_store& store, const load_rows& what) {
  if (what.first) {
    if (auto ok = store.clear(); !ok)
      return ok.error();
  }
  if (auto ok = what.rows.empty() ? result<void>{} : store.load(what.rows); !ok)
    return ok.error();
  return rows_loaded{what.tag};
}

result<load_ended> load_into(state_store& store, const end_load& what) {
  if (auto ok = store.set_applied(what.applied); !ok)
    return ok.error();
  return load_ended{what.tag};
}

/// How many are applied at once: up to one after which every replica's rows can be compared.
std::size_t up_to_compared(const std::vector<epoch_ptr>& epochs) {
  const auto before = (epochs.front()->number - 1) % limits::rows_compared_every;
  return std::min(epochs.size(), static_cast<std::size_t>(limits::rows_compared_every - before));
}

} // namespace

applier_actor::applier_actor(caf::actor_config& config, storage& stores, caf::actor journal,
                             runtime::metrics& metrics, applier_options options, fatal_handler fatal)
    : caf::event_based_actor(config), stores_(stores), journal_(std::move(journal)), metrics_(metrics),
      options_(options), fatal_(std::move(fatal)) {}

caf::behavior applier_actor::make_behavior() {
  // An apply is a burst that nobody waits for; at an equal share it held the shards for many milliseconds.
  // Where the kernel refuses, it does so again: nothing to report.
  const bool detached = getf(is_detached_flag);
  if (detached)
    (void)request_low_share();
  inspector_ =
      detached ? spawn<inspector_actor, caf::detached>(stopping_) : spawn<inspector_actor>(stopping_);
  return {
      [this](apply_epoch& request) { take(request); },
      [this](apply_interval_over) {
        scheduled_ = false;
        apply_due();
      },
      [this](const apply_now& request) {
        // A full disk is tried again by the interval; the reader waits as long.
        if (const auto ok = work_off(request.shard, queues_[request.shard]); !ok)
          schedule();
      },
      [this](load_rows& request) { take(request); },
      [this](const end_load& request) {
        take(request.shard, {request, current_sender()});
      },
      [this](const hash_state& request) { return hash(request); },
      [this](const inspect_state& request) { return inspect(request); },
      [this](const give_up_lost& request) { return give_up(request); },
  };
}

void applier_actor::on_exit() {
  queues_.clear(); // The shards know this actor too.
  *stopping_ = true;
  if (inspector_)
    caf::anon_send_exit(inspector_, caf::exit_reason::user_shutdown);
  inspector_ = nullptr;
}

void applier_actor::take(apply_epoch& request) {
  auto& queue = queues_[request.what->shard];
  queue.owner = current_sender();
  queue.bytes += memory_bytes(*request.what);
  queue.epochs.push_back(std::move(request.what));
  const auto shard = queue.epochs.back()->shard;
  if (queue.bytes >= options_.batch_bytes && !queue.failing && work_off(shard, queue))
    return;
  schedule();
}

void applier_actor::take(load_rows& request) {
  const auto shard = request.shard;
  if (request.first) {
    // They are of the history that is thrown away.
    auto& queue = queues_[shard];
    queue.epochs.clear();
    queue.loads.clear();
    queue.bytes = 0;
  }
  take(shard, {std::move(request), current_sender()});
}

void applier_actor::take(std::uint32_t shard, load_step next) {
  auto& queue = queues_[shard];
  queue.loads.push_back(std::move(next));
  if (queue.failing || !work_off(shard, queue))
    schedule();
}

void applier_actor::schedule() {
  if (!std::exchange(scheduled_, true))
    delayed_send(this, options_.interval, apply_interval_over{});
}

void applier_actor::apply_due() {
  for (auto& [shard, queue] : queues_)
    if (const auto ok = work_off(shard, queue); !ok)
      schedule();
}

result<void> applier_actor::work_off(std::uint32_t shard, shard_queue& queue) {
  auto ok = load(shard, queue);
  if (ok)
    ok = apply(shard, queue);
  if (!ok)
    apply_failed(shard, queue, ok.error());
  else if (std::exchange(queue.failing, false))
    log::info("applier", "apply_works_again", {{"shard", shard}}, "");
  return ok;
}

result<void> applier_actor::load(std::uint32_t shard, shard_queue& queue) {
  for (; !queue.loads.empty(); queue.loads.pop_front()) {
    const auto& next = queue.loads.front();
    const auto run = [&](const auto& what) -> result<void> {
      const auto done = load_into(stores_.state(shard), what);
      if (!done)
        return done.error();
      caf::anon_send(caf::actor_cast<caf::actor>(next.from), *done);
      return {};
    };
    if (auto ok = std::visit(run, next.what); !ok)
      return ok;
  }
  return {};
}

result<void> applier_actor::apply(std::uint32_t shard, shard_queue& queue) {
  if (queue.epochs.empty())
    return {};
  auto& store = stores_.state(shard);
  const auto last = queue.epochs.back()->number;
  while (!queue.epochs.empty()) {
    const auto count = up_to_compared(queue.epochs);
    const auto began = std::chrono::steady_clock::now();
    if (auto ok = store.apply(std::span{queue.epochs}.first(count)); !ok)
      return ok;
    count_apply(std::chrono::steady_clock::now() - began);
    queue.epochs.erase(queue.epochs.begin(), queue.epochs.begin() + static_cast<std::ptrdiff_t>(count));
    caf::anon_send(caf::actor_cast<caf::actor>(queue.owner),
                   epoch_applied{store.applied_epoch(), store.size_bytes(), store.rows()});
  }
  queue.bytes = 0;
  metrics_.state_bytes.at(shard).Set(static_cast<double>(store.size_bytes()));
  caf::anon_send(journal_, trim_journal{shard, last});
  // Here, where nobody waits for the disk.
  return stores_.journal().sync_end();
}

void applier_actor::count_apply(std::chrono::nanoseconds took) {
  metrics_.apply_duration.observe(took);
  if (took > stall)
    metrics_.apply_stalls.Increment();
}

void applier_actor::apply_failed(std::uint32_t shard, shard_queue& queue, const fault& why) {
  if (why.code != fault_code::storage_full) {
    fatal_("applier", why);
    return quit(caf::sec::runtime_error);
  }
  if (!std::exchange(queue.failing, true))
    log::error("applier", "apply_failed", {{"shard", shard}}, why.message);
}

caf::result<caf::message> applier_actor::inspect(const inspect_state& request) {
  auto shards = std::make_shared<std::vector<std::unique_ptr<state_reader>>>();
  for (std::uint32_t shard = 0; shard < stores_.shards(); ++shard) {
    auto rows = snapshot(shard);
    if (!rows)
      return caf::make_message(inspection_done{rows.error()});
    shards->push_back(*std::move(rows));
  }
  return delegate(inspector_, inspect_snapshots{request.what, std::move(shards)});
}

/// What the shard has now, everything applied.
result<std::unique_ptr<state_reader>> applier_actor::snapshot(std::uint32_t shard) {
  if (auto ok = work_off(shard, queues_[shard]); !ok)
    return ok.error();
  auto reader = stores_.state(shard).reader();
  if (!reader)
    return reader;
  if (auto ok = (*reader)->pin(); !ok)
    return ok.error();
  return reader;
}

lost_given_up applier_actor::give_up(const give_up_lost& request) {
  std::map<std::uint32_t, std::vector<lost_range>> by_shard;
  for (const auto& each : request.ranges)
    by_shard[each.shard].push_back(each.what);
  for (const auto& [shard, ranges] : by_shard) {
    auto& store = stores_.state(shard);
    if (const auto given_up = store.give_up(ranges); !given_up)
      return {given_up.error()};
    metrics_.lost_ranges.at(shard).Set(static_cast<double>(store.lost().size()));
  }
  return {};
}

state_hashed applier_actor::hash(const hash_state& request) {
  // On a full disk it is the hash of an older state, whose epoch it says.
  if (const auto ok = work_off(request.shard, queues_[request.shard]); !ok)
    schedule();
  auto& store = stores_.state(request.shard);
  state_hashed out{request.tag, store.applied_epoch(), 0, {}};
  auto reader = store.reader();
  auto hashed = reader ? state_hash(**reader) : result<std::uint64_t>{reader.error()};
  if (hashed)
    out.hash = *hashed;
  else
    out.failure = hashed.error();
  return out;
}

} // namespace orderd::runtime
