// What `orderctl top` knows of a cluster at one moment, and the figures that it shows of that.
//
// Pure; safe from any thread. Texts are as nodes sent them: to be escaped where they are shown.
#pragma once

#include "actors/public/public.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// What a request took in one stage on average.
struct top_stage {
  std::string name;
  double mean_us = 0;

  friend bool operator==(const top_stage&, const top_stage&) = default;
};

/// Of the requests that a node answered between two looks at it; stages that none passed are left out. A node
/// that has started anew begins anew.
std::vector<top_stage> stages_between(const v1::node_status& before, const v1::node_status& now);

struct top_node {
  std::uint32_t node = 0;
  bool numbered = true; ///< false: nobody has said which node is there
  std::string endpoint;
  std::string error; ///< why it did not answer; empty: it did
  v1::node_status status = {};
  std::vector<top_stage> stages = {}; ///< since the look before; at the first, since its start
  v1::node_history history = {};      ///< none of an older version
};

struct top_model {
  std::int64_t now_ms = 0;
  v1::cluster_status cluster = {};  ///< of all nodes that answer
  std::vector<top_node> nodes = {}; ///< ascending
  std::vector<v1::quarantined> quarantined = {};
  std::vector<v1::order> oldest = {};   ///< unsettled, the oldest first
  std::optional<v1::order> chosen = {}; ///< that is looked at
  std::string chosen_error = {};        ///< why it is not there
};

/// Whether any node has answered: else nothing is known, not even that nothing is wrong.
inline bool is_known(const top_model& model) {
  return model.cluster.shards_size() > 0;
}

/// Sums over the nodes that answer; the newest second of each, unless another time is said.
struct top_figures {
  bool known = false; ///< false: no node gives a history, and only `unsettled` and `quarantined` are right
  std::uint64_t confirmed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t requests = 0;
  double confirmed_mean = 0; ///< a second, over the last minute
  double rejected_mean = 0;
  double cancelled_mean = 0;
  double requests_mean = 0;
  std::uint32_t p50_us = 0; ///< of the slowest node; 0: nothing was answered
  std::uint32_t p99_us = 0;
  std::uint64_t unsettled = 0;
  std::uint32_t oldest_s = 0;
  std::optional<std::uint32_t> drain_s = 0; ///< of the slowest node; none: never
  std::uint32_t missing_copies = 0;
  std::uint64_t quarantined = 0;
  std::vector<std::pair<std::string, std::uint64_t>> refusals = {}; ///< of the last minute, the most first
  std::vector<v1::money_in_doubt> in_doubt = {};                    ///< by currency
  std::vector<top_stage> stages = {};                               ///< the slowest of all nodes, it first
  std::vector<std::uint64_t> confirmed_by_second = {};              ///< of the last minute, the oldest first
};
top_figures figures_of(const top_model& model);

/// A shard as its primary sees it.
struct top_shard {
  std::uint32_t shard = 0;
  std::uint64_t term = 0;
  std::uint32_t owner = 0;
  std::string state;
  std::string in_sync;   ///< "1 2 3"
  std::uint64_t lag = 0; ///< of the last follower, in epochs
  std::uint64_t committed = 0;
  std::uint64_t unsettled = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t backlog = 0;
  std::uint64_t unapplied_bytes = 0;
  std::string trouble; ///< why it begins nothing new, or whose copies are missed; empty: none
};

enum class top_order : std::uint8_t { number, owner, term, lag, unsettled, backlog };
constexpr int top_orders = 6;

/// By a column: by number and owner ascending, by what may be too large the largest first.
std::vector<top_shard> shards_of(const top_model& model, top_order by);

/// Turns that held a shard's thread longest, of all nodes.
struct top_turn {
  std::uint32_t node = 0;
  v1::long_turn what;
};
std::vector<top_turn> longest_turns(const top_model& model, std::size_t most);

} // namespace orderd::cluster
