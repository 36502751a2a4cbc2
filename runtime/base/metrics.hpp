// What a node counts, for Prometheus. Each member is one metric; its comment is the metric's help text
// in longer words, with who sets it.
//
//   auto numbers = std::make_shared<runtime::metrics>("0.1.0");
//   auto& lag = metrics->apply_lag_epochs.at("0"); // once, and kept
//   lag.Set(3);                                    // an atomic
//   metrics->commit_duration.observe(took);        // two atomics
//
// *Operation*: one object a node, made first and destroyed last; whoever counts keeps a reference to the
// child it needs. `Collect` is called by the exposer (cluster/http/http_door.hpp).
//
// *Concurrency*: everything from any thread. `at` takes a shared lock and a map look-up (about 50 ns): fine
// once a request, better kept. Children live as long as the object.
//
// *Limitations*: label values are names of the program (types, kinds, reasons, shard numbers), never ids or
// text from outside, so their number is bounded.
#pragma once

#include "runtime/base/histogram.hpp"
#include "runtime/base/money_in_doubt.hpp"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orderd::runtime {

using counter = prometheus::Counter; ///< Increment(), Increment(by)
using gauge = prometheus::Gauge;     ///< Set(value), Increment(), Decrement()

/// The children of one metric with one or two labels, made on their first use.
template <class Metric>
class labelled {
public:
  labelled(prometheus::Family<Metric>& family, std::string first, std::string second = {})
      : family_(family), first_(std::move(first)), second_(std::move(second)) {}

  /// The child of these label values; `second` only for metrics with two labels.
  Metric& at(std::string_view first, std::string_view second = {}) {
    {
      std::shared_lock lock{mutex_};
      if (auto i = children_.find(std::pair{first, second}); i != children_.end())
        return *i->second;
    }
    std::unique_lock lock{mutex_};
    prometheus::Labels labels{{first_, std::string{first}}};
    if (!second_.empty())
      labels.emplace(second_, std::string{second});
    auto& child = family_.Add(labels);
    children_.emplace(std::pair{std::string{first}, std::string{second}}, &child);
    return child;
  }

  /// The child of a shard, for metrics whose only label is the shard.
  Metric& at(std::uint32_t shard) { return at(std::to_string(shard)); }

  /// Calls `see` with the label values of each child and the child, by label values.
  template <class See>
  void each(See see) const {
    std::shared_lock lock{mutex_};
    for (const auto& [labels, child] : children_)
      see(labels.first, labels.second, *child);
  }

private:
  struct by_value {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::pair<std::string_view, std::string_view>{a}
             < std::pair<std::string_view, std::string_view>{b};
    }
  };

  prometheus::Family<Metric>& family_;
  std::string first_;
  std::string second_;
  mutable std::shared_mutex mutex_;
  std::map<std::pair<std::string, std::string>, Metric*, by_value> children_;
};

class metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families

public:
  explicit metrics(std::string_view version);

  // -- requests: set by the gateway --------------------------------------------------------------

  /// orderd_requests_total{type,outcome}: type as actors::request_name, outcome ok, rejection, fault, ...
  labelled<counter> requests;
  /// orderd_request_duration_seconds: from reading a request to writing its reply.
  histogram request_duration = histogram::of_durations();
  /// orderd_stage_duration_seconds{stage}: where a request's time goes. The stages follow each other.
  histogram queue_stage = histogram::of_durations();  ///< read, until its shard admits it
  histogram epoch_stage = histogram::of_durations();  ///< admitted, until its epoch closes
  histogram commit_stage = histogram::of_durations(); ///< closed, until its epoch is durable
  histogram reply_stage = histogram::of_durations();  ///< durable, until the reply is written
  /// orderd_admission_refusals_total{reason}: new work refused on arrival (set by shards as well).
  labelled<counter> admission_refusals;
  /// orderd_client_refusals_total{client}: requests and connections refused for want of room, by the address
  /// of whom; the first 32 addresses have their own, the others are "other" (gateway).
  labelled<counter> client_refusals;
  /// orderd_connections: open client connections.
  gauge& connections;

  // -- orders: set by shards ---------------------------------------------------------------------

  /// orderd_orders_settled_total{status}: orders that reached a status in which they stay.
  labelled<counter> orders_settled;
  /// orderd_unsettled_orders{shard}: orders that still have work to do.
  labelled<gauge> unsettled_orders;
  /// orderd_oldest_unsettled_order_age_seconds{shard}: 0 when there is none.
  labelled<gauge> oldest_unsettled_order_age;
  /// orderd_orders_unsettled_by_status{shard,status}: of them, by status. recovered: found at the start, and
  /// not looked at yet, at most some seconds; unknown: their rows cannot be read.
  labelled<gauge> unsettled_by_status;
  /// orderd_oldest_order_seconds{shard,status}: the age of the oldest order that is in that status; 0: none
  /// is.
  labelled<gauge> oldest_by_status;
  /// orderd_drain_seconds{shard}: until no unsettled order is left, at the rate of the last ten seconds;
  /// +Inf: they become no fewer (drain_estimate.hpp).
  labelled<gauge> drain;
  /// Card payments that the provider did not answer; its families are named there.
  runtime::money_in_doubt money_in_doubt;

  // -- the engine --------------------------------------------------------------------------------

  /// orderd_epoch_rows, orderd_epoch_bytes: rows and bytes of each committed epoch (shards).
  histogram epoch_rows = histogram::of_sizes(1u << 20);
  histogram epoch_bytes = histogram::of_sizes(64u << 20);
  /// orderd_commit_duration_seconds: one synced transaction of the journal (journal).
  histogram commit_duration = histogram::of_durations();
  /// orderd_commit_stalls_total: those that took more than 100 ms (journal).
  counter& commit_stalls;
  /// orderd_apply_duration_seconds: one synced transaction of a state (applier).
  histogram apply_duration = histogram::of_durations();
  /// orderd_apply_stalls_total: those that took more than a second (applier).
  counter& apply_stalls;
  /// orderd_journal_bytes: records not yet trimmed (journal).
  gauge& journal_bytes;
  /// orderd_journal_filled_ratio: of what it may hold, 0 to 1; new orders are refused from 0.5 on (node).
  gauge& journal_filled;
  /// orderd_journal_shard_bytes{shard}: of them, by shard (journal).
  labelled<gauge> journal_shard_bytes;
  /// orderd_journal_oldest_epoch_timestamp_seconds{shard}: when the oldest of them was closed, by the shard's
  /// time; 0: there is none, or it is not known (journal).
  labelled<gauge> journal_oldest;
  /// orderd_state_bytes{shard}: of the state store on disk (applier).
  labelled<gauge> state_bytes;
  /// orderd_corrected_pages{shard}, orderd_state_salvaged{shard}, orderd_lost_ranges{shard}: what this start
  /// found of damage in the state: state_damage in store.hpp (node).
  labelled<gauge> corrected_pages;
  labelled<gauge> state_salvaged;
  labelled<gauge> lost_ranges;
  /// orderd_apply_lag_epochs{shard}: committed and not yet in the state store (shards).
  labelled<gauge> apply_lag_epochs;
  /// orderd_long_turns_total{shard}: turns that held the shard's thread longer than long_turns::allowed.
  labelled<counter> long_turns;
  /// orderd_unapplied_bytes{shard}: bytes of those epochs, in memory (shards).
  labelled<gauge> unapplied_bytes;
  /// orderd_live_entities{kind,shard}: entity actors in memory (shards).
  labelled<gauge> live_entities;
  /// orderd_entity_restarts_total{kind}: after a handler failed (shards).
  labelled<counter> entity_restarts;
  /// orderd_quarantined_entities{shard}: entities that wait for a person (shards).
  labelled<gauge> quarantined_entities;
  /// orderd_channel_backlog_commands{shard}: commands to other shards, not yet acknowledged (sender).
  labelled<gauge> channel_backlog;
  /// orderd_shard_wall_clock_ahead_seconds{shard}: of the shard's time; negative: behind (shards).
  labelled<gauge> wall_clock_ahead;
  /// orderd_provider_calls_total{outcome}: answered, timeout, refused, ... (provider worker).
  labelled<counter> provider_calls;
  /// orderd_provider_call_duration_seconds: from sending a call to its answer or its time limit (provider
  /// worker).
  histogram provider_call_duration = histogram::of_durations();
  /// orderd_provider_breaker_open: 1 while calls are held back, since none was answered (provider worker).
  gauge& provider_breaker_open;
  /// orderd_provider_calls_waiting: that may not go out yet (provider worker).
  gauge& provider_calls_waiting;

  // -- the node ----------------------------------------------------------------------------------

  /// orderd_disk_used_ratio: of the file system of the data folder, 0 to 1 (node).
  gauge& disk_used;
  /// orderd_disk_bytes{purpose}: journal: records not yet trimmed; state: of all shards; given_up: disks that
  /// are kept in the data folder, as of the start; free: of the file system (node).
  labelled<gauge> disk_bytes;
  /// orderd_saturation_ratio{resource}: how much of what there may be is there; at 1 something is refused or
  /// held back. connections, requests, replies (bytes of them: gateway), provider (calls under way: provider
  /// worker), journal, disk (of the share from which new orders are refused), unapplied, live_entities,
  /// unsettled (of the shard that has most; node).
  labelled<gauge> saturation;

  /// Every metric, as Prometheus reads it.
  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace orderd::runtime
