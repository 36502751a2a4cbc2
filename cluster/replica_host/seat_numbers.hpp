// What a seat shows of its shard, for Prometheus: see "its shards" in cluster_metrics.hpp. Plain values in,
// gauges set; runs where the seat runs.
#pragma once

#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/replica_host/messages.hpp"

#include <cstdint>

namespace orderd::cluster {

class seat_numbers {
public:
  /// `into` must outlive it.
  seat_numbers(cluster_metrics& into, std::uint32_t shard);

  /// `serving`: this node leads and may commit. The followers are those of a primary, and empty elsewhere.
  void show(const seat_description& seat, const replica_id& self, bool serving);

private:
  runtime::gauge& term_;
  runtime::gauge& serving_;
  runtime::gauge& missing_copies_;
  runtime::gauge& copying_followers_;
  runtime::gauge& follower_lag_;
};

} // namespace orderd::cluster
