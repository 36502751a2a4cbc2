// What the metrics of a node say at one moment, as plain values: what its last hour (history.hpp) and its
// events (node_events.hpp) are made of.
//
// *Operation*: make `node_readings` once, when the shards are known; `read` once a second. It takes the
// children of the metrics that it reads once.
//
// *Concurrency*: one thread at a time; shards and gateway set what it reads meanwhile. A reading is no cut
// through all of them: a request may be counted in one number and not yet in another.
#pragma once

#include "cluster/peers/cluster_metrics.hpp"
#include "runtime/base/metrics.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// Of a shard; but for term, all 0 where it is not led.
struct shard_reading {
  bool led = false;
  bool serving = false;
  std::uint64_t term = 0;
  double takeover_s = 0;
  std::uint64_t missing_copies = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t lag_epochs = 0;
  std::uint64_t unsettled = 0;
  double oldest_s = 0;
  double drain_s = 0; ///< infinite: never
  double clock_ahead_s = 0;
};

struct node_reading {
  std::int64_t at_ms = 0; ///< Unix time
  // So far:
  std::uint64_t confirmed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;
  std::vector<std::pair<std::string, std::uint64_t>> refusals = {}; ///< by reason, sorted
  std::vector<std::uint64_t> requests = {}; ///< by how long they took: runtime::histogram
  // Now:
  double disk_used = 0;
  std::vector<shard_reading> shards = {};
  std::vector<runtime::doubt_sum> in_doubt = {}; ///< only what is
};

class node_readings {
public:
  /// References must outlive it.
  node_readings(runtime::metrics& node, cluster_metrics& cluster, std::uint32_t shards);

  node_reading read(std::int64_t at_ms) const;

private:
  struct shard_gauges {
    const runtime::gauge& led;
    const runtime::gauge& serving;
    const runtime::gauge& term;
    const runtime::gauge& takeover;
    const runtime::gauge& missing_copies;
    const runtime::gauge& quarantined;
    const runtime::gauge& lag;
    const runtime::gauge& unsettled;
    const runtime::gauge& oldest;
    const runtime::gauge& drain;
    const runtime::gauge& clock_ahead;
  };
  static shard_reading read(const shard_gauges& from);

  runtime::metrics& node_;
  const runtime::counter& confirmed_;
  const runtime::counter& rejected_;
  const runtime::counter& cancelled_;
  std::vector<shard_gauges> shards_;
};

/// Bounds of what the shards of a node may hold, each shard its part.
struct shard_bounds {
  double unapplied_bytes = 0;
  double live_entities = 0;
  double unsettled = 0;
};

/// Shows orderd_saturation_ratio{resource} of what shards hold, of the one that has most.
void show_shards_saturation(runtime::metrics& page, const shard_bounds& of_each);

} // namespace orderd::cluster
