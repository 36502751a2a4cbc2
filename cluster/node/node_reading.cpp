#include "cluster/node/node_reading.hpp"

#include <algorithm>
#include <map>

namespace orderd::cluster {

namespace {

std::uint64_t count_of(const auto& metric) {
  return static_cast<std::uint64_t>(std::max(0.0, metric.Value()));
}

} // namespace

node_readings::node_readings(runtime::metrics& node, cluster_metrics& cluster, std::uint32_t shards)
    : node_(node), confirmed_(node.orders_settled.at("confirmed")),
      rejected_(node.orders_settled.at("rejected")), cancelled_(node.orders_settled.at("cancelled")) {
  for (std::uint32_t shard = 0; shard < shards; ++shard)
    shards_.push_back({cluster.led.at(shard), cluster.serving.at(shard), cluster.term.at(shard),
                       cluster.takeover.at(shard), cluster.missing_copies.at(shard),
                       node.quarantined_entities.at(shard), cluster.follower_lag.at(shard),
                       node.unsettled_orders.at(shard), node.oldest_unsettled_order_age.at(shard),
                       node.drain.at(shard), node.wall_clock_ahead.at(shard)});
}

shard_reading node_readings::read(const shard_gauges& from) {
  return {.led = from.led.Value() != 0,
          .serving = from.serving.Value() != 0,
          .term = count_of(from.term),
          .takeover_s = from.takeover.Value(),
          .missing_copies = count_of(from.missing_copies),
          .quarantined = count_of(from.quarantined),
          .lag_epochs = count_of(from.lag),
          .unsettled = count_of(from.unsettled),
          .oldest_s = from.oldest.Value(),
          .drain_s = from.drain.Value(),
          .clock_ahead_s = from.clock_ahead.Value()};
}

node_reading node_readings::read(std::int64_t at_ms) const {
  node_reading now{.at_ms = at_ms,
                   .confirmed = count_of(confirmed_),
                   .rejected = count_of(rejected_),
                   .cancelled = count_of(cancelled_),
                   .requests = node_.request_duration.counts(),
                   .disk_used = node_.disk_used.Value()};
  node_.admission_refusals.each([&](const auto& reason, const auto&, const auto& count) {
    now.refusals.emplace_back(reason, count_of(count));
  });
  for (const auto& each : shards_)
    now.shards.push_back(read(each));
  now.in_doubt = node_.money_in_doubt.total();
  std::erase_if(now.in_doubt, [](const auto& each) { return each.payments == 0; });
  return now;
}

void show_shards_saturation(runtime::metrics& page, const shard_bounds& of_each) {
  const auto show = [&page](const char* resource, const std::map<std::string, double>& by_shard,
                            double bound) {
    double most = 0;
    for (const auto& [shard, held] : by_shard)
      most = std::max(most, held);
    page.saturation.at(resource).Set(bound > 0 ? most / bound : 0);
  };
  std::map<std::string, double> unapplied;
  std::map<std::string, double> unsettled;
  std::map<std::string, double> live;
  page.unapplied_bytes.each(
      [&](const auto& shard, const auto&, const auto& held) { unapplied[shard] = held.Value(); });
  page.unsettled_orders.each(
      [&](const auto& shard, const auto&, const auto& held) { unsettled[shard] = held.Value(); });
  page.live_entities.each(
      [&](const auto&, const auto& shard, const auto& held) { live[shard] += held.Value(); });
  show("unapplied", unapplied, of_each.unapplied_bytes);
  show("unsettled", unsettled, of_each.unsettled);
  show("live_entities", live, of_each.live_entities);
}

} // namespace orderd::cluster
