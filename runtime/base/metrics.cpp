#include "runtime/base/metrics.hpp"

#include <prometheus/metric_type.h>

#include <initializer_list>

namespace orderd::runtime {

namespace {

prometheus::Family<counter>& counters(prometheus::Registry& in, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(in);
}

prometheus::Family<gauge>& gauges(prometheus::Registry& in, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(in);
}

prometheus::MetricFamily family_of(const char* name, const char* help, const histogram& what) {
  return {name, help, prometheus::MetricType::Histogram, {what.collect()}};
}

struct stage {
  const char* name;
  const histogram& what;
};

prometheus::MetricFamily stages(const char* name, const char* help, std::initializer_list<stage> parts) {
  prometheus::MetricFamily family{name, help, prometheus::MetricType::Histogram, {}};
  for (const auto& part : parts) {
    auto metric = part.what.collect();
    metric.label.push_back({"stage", part.name});
    family.metric.push_back(std::move(metric));
  }
  return family;
}

} // namespace

metrics::metrics(std::string_view version)
    : requests(counters(registry_, "orderd_requests_total", "Requests answered."), "type", "outcome"),
      admission_refusals(
          counters(registry_, "orderd_admission_refusals_total", "Requests refused at the door."), "reason"),
      client_refusals(counters(registry_, "orderd_client_refusals_total",
                               "Requests and connections refused for want of room, by the client's address."),
                      "client"),
      connections(gauges(registry_, "orderd_connections", "Open client connections.").Add({})),
      orders_settled(
          counters(registry_, "orderd_orders_settled_total", "Orders that reached a final status."),
          "status"),
      unsettled_orders(gauges(registry_, "orderd_unsettled_orders", "Orders that still have work to do."),
                       "shard"),
      oldest_unsettled_order_age(gauges(registry_, "orderd_oldest_unsettled_order_age_seconds",
                                        "Age of the oldest order that still has work to do."),
                                 "shard"),
      unsettled_by_status(gauges(registry_, "orderd_orders_unsettled_by_status",
                                 "Orders that still have work to do, by status."),
                          "shard", "status"),
      oldest_by_status(
          gauges(registry_, "orderd_oldest_order_seconds", "Age of the oldest order that is in that status."),
          "shard", "status"),
      drain(gauges(registry_, "orderd_drain_seconds",
                   "Until no unsettled order is left at the rate of the last 10 s; +Inf: never."),
            "shard"),
      commit_stalls(
          counters(registry_, "orderd_commit_stalls_total", "Commits that took more than 100 ms.").Add({})),
      apply_stalls(counters(registry_, "orderd_apply_stalls_total",
                            "Transactions of a state that took more than a second.")
                       .Add({})),
      journal_bytes(
          gauges(registry_, "orderd_journal_bytes", "Journal records not yet trimmed, in bytes.").Add({})),
      journal_filled(
          gauges(registry_, "orderd_journal_filled_ratio",
                 "Filled share of what the journal may hold, 0 to 1; new orders are refused from 0.5.")
              .Add({})),
      journal_shard_bytes(gauges(registry_, "orderd_journal_shard_bytes",
                                 "Journal records of a shard not yet trimmed, in bytes."),
                          "shard"),
      journal_oldest(gauges(registry_, "orderd_journal_oldest_epoch_timestamp_seconds",
                            "When the oldest epoch of a shard that the journal keeps was closed; 0: none."),
                     "shard"),
      state_bytes(gauges(registry_, "orderd_state_bytes", "State store on disk, in bytes."), "shard"),
      corrected_pages(gauges(registry_, "orderd_corrected_pages",
                             "Pages of the state in which this start turned a flipped bit back."),
                      "shard"),
      state_salvaged(
          gauges(registry_, "orderd_state_salvaged",
                 "1 when this start found the state damaged and saved the rows that could be read."),
          "shard"),
      lost_ranges(gauges(registry_, "orderd_lost_ranges",
                         "Ranges of keys that damage took from the state; requests for them are refused."),
                  "shard"),
      apply_lag_epochs(
          gauges(registry_, "orderd_apply_lag_epochs", "Committed epochs not yet in the state store."),
          "shard"),
      long_turns(counters(registry_, "orderd_long_turns_total",
                          "Turns that held a shard's thread for more than 5 ms."),
                 "shard"),
      unapplied_bytes(gauges(registry_, "orderd_unapplied_bytes",
                             "Rows of committed epochs not yet in the state store, in bytes of memory."),
                      "shard"),
      live_entities(gauges(registry_, "orderd_live_entities", "Entity actors in memory."), "kind", "shard"),
      entity_restarts(counters(registry_, "orderd_entity_restarts_total",
                               "Entity actors restarted after a failed handler."),
                      "kind"),
      quarantined_entities(
          gauges(registry_, "orderd_quarantined_entities", "Entities that wait for a person."), "shard"),
      channel_backlog(gauges(registry_, "orderd_channel_backlog_commands",
                             "Commands to other shards that these have not yet committed."),
                      "shard"),
      wall_clock_ahead(gauges(registry_, "orderd_shard_wall_clock_ahead_seconds",
                              "How far the wall clock is ahead of the time of a shard led here."),
                       "shard"),
      provider_calls(counters(registry_, "orderd_provider_calls_total", "Calls to the payment provider."),
                     "outcome"),
      provider_breaker_open(gauges(registry_, "orderd_provider_breaker_open",
                                   "1 while calls to the payment provider are held back.")
                                .Add({})),
      provider_calls_waiting(gauges(registry_, "orderd_provider_calls_waiting",
                                    "Calls to the payment provider that may not go out yet.")
                                 .Add({})),
      disk_used(gauges(registry_, "orderd_disk_used_ratio",
                       "Used share of the file system that holds the data, 0 to 1.")
                    .Add({})),
      disk_bytes(gauges(registry_, "orderd_disk_bytes", "Bytes on the disk, by what they are for."),
                 "purpose"),
      saturation(gauges(registry_, "orderd_saturation_ratio",
                        "Used share of what a queue, cache or disk may hold; at 1 it takes no more."),
                 "resource") {
  gauges(registry_, "orderd_build_info", "Always 1; the label is the version of the program.")
      .Add({{"version", std::string{version}}})
      .Set(1);
}

std::vector<prometheus::MetricFamily> metrics::Collect() const {
  auto all = registry_.Collect();
  all.push_back(family_of("orderd_request_duration_seconds", "From reading a request to writing its reply.",
                          request_duration));
  all.push_back(stages(
      "orderd_stage_duration_seconds", "Where the time of a request goes, stage by stage.",
      {{"queue", queue_stage}, {"epoch", epoch_stage}, {"commit", commit_stage}, {"reply", reply_stage}}));
  all.push_back(family_of("orderd_epoch_rows", "Rows of one epoch.", epoch_rows));
  all.push_back(family_of("orderd_epoch_bytes", "Bytes of one epoch.", epoch_bytes));
  all.push_back(
      family_of("orderd_commit_duration_seconds", "One synced transaction of the journal.", commit_duration));
  all.push_back(
      family_of("orderd_apply_duration_seconds", "One synced transaction of a state.", apply_duration));
  all.push_back(family_of("orderd_provider_call_duration_seconds",
                          "From sending a call to the payment provider to its answer.",
                          provider_call_duration));
  for (auto& each : money_in_doubt.Collect())
    all.push_back(std::move(each));
  return all;
}

} // namespace orderd::runtime
