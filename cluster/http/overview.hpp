// The last minutes of a cluster, made of what each node remembers: samples merged by second, events in one
// line of time, and what is wrong right now.
//
// Pure; one thread at a time.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/json/json_forms.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// A node, and what it said of itself.
struct told_by_node {
  std::uint32_t node = 0;
  std::string endpoint = {};
  std::optional<v1::node_history> history = {}; ///< none: it did not answer
  std::optional<v1::node_status> status = {};   ///< likewise
  std::string error = {};                       ///< why it did not
};

/// One second of all nodes, oldest first. Counts are added, latencies and ages are the worst. It ends with
/// the last second of which every node that keeps up has told.
std::vector<v1::history_sample> merge_samples(const std::vector<told_by_node>& nodes);

json to_json(const v1::history_sample& sample);

/// The events of all nodes by time, the newest `events_max`.
json merge_events(const std::vector<told_by_node>& nodes);
inline constexpr std::size_t events_max = 200;

json overview(const std::vector<told_by_node>& nodes, const std::optional<v1::cluster_status>& cluster,
              std::int64_t now_ms);

} // namespace orderd::cluster
