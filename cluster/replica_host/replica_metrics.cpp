#include "cluster/replica_host/replica_metrics.hpp"

#include <algorithm>

namespace orderd::cluster {

namespace {

std::ptrdiff_t missing_copies(const assignment& now) {
  return std::ranges::count_if(now.nodes, [&](std::uint32_t node) {
    return std::ranges::find(now.in_sync, node, &replica_id::node) == now.in_sync.end();
  });
}

} // namespace

replica_metrics::replica_metrics(cluster_metrics& into, std::uint32_t shard)
    : term_(into.term.at(shard)), serving_(into.serving.at(shard)), led_(into.led.at(shard)),
      missing_copies_(into.missing_copies.at(shard)), copying_followers_(into.copying_followers.at(shard)),
      follower_lag_(into.follower_lag.at(shard)) {}

void replica_metrics::show(const replica_description& host, const replica_id& self, bool serving) {
  const auto& now = host.known.what;
  std::ptrdiff_t copying = 0;
  std::uint64_t lag = 0;
  for (const auto& each : host.followers) {
    copying += each.copying;
    if (each.following && !each.copying)
      lag = std::max(lag, host.end - std::min(host.end, each.end));
  }
  term_.Set(static_cast<double>(now.term));
  serving_.Set(serving);
  led_.Set(now.primary == self);
  missing_copies_.Set(static_cast<double>(now.primary == self ? missing_copies(now) : 0));
  copying_followers_.Set(static_cast<double>(copying));
  follower_lag_.Set(static_cast<double>(lag));
}

} // namespace orderd::cluster
