// What is wrong right now, for the page: a table of rules over samples, cluster and nodes.
//
// *Operation*: each rule has the name of the alert of config/prometheus/alerts_*.yml that says the same over
// minutes. Of the rules that look at samples one is true as long as every sample since `since` breaks it.
//
// Pure; any thread.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/http/overview.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

struct condition {
  std::string_view name;     ///< of the alert
  std::string_view severity; ///< page, ticket
  std::string text;
  std::string_view runbook;             ///< anchor
  std::optional<std::int64_t> since_ms; ///< none: not known
};
json to_json(const condition& what);

/// What the rules judge.
struct observed {
  const std::vector<v1::history_sample>& samples; ///< merged, the oldest first
  const std::optional<v1::cluster_status>& cluster;
  const std::vector<told_by_node>& nodes;
};

std::vector<condition> judge(const observed& what);

/// The names of all rules.
std::vector<std::string_view> condition_names();

} // namespace orderd::cluster
