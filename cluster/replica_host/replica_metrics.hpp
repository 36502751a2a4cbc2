// What a replica host shows of its shard, for Prometheus: see "its shards" in cluster_metrics.hpp. Plain
// values in, gauges set; runs where the replica host runs.
#pragma once

#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/replica_host/messages.hpp"

#include <cstdint>

namespace orderd::cluster {

class replica_metrics {
public:
  /// `into` must outlive it.
  replica_metrics(cluster_metrics& into, std::uint32_t shard);

  /// `serving`: this node leads and may commit. The followers are those of a primary, and empty elsewhere.
  void show(const replica_description& host, const replica_id& self, bool serving);

private:
  runtime::gauge& term_;
  runtime::gauge& serving_;
  runtime::gauge& led_;
  runtime::gauge& missing_copies_;
  runtime::gauge& copying_followers_;
  runtime::gauge& follower_lag_;
};

} // namespace orderd::cluster
