// How a node becomes a member of its cluster when it starts: who it is, by its disk and the configuration
// store.
//
// *Operation*, in this order, so that a start that fails changes nothing that others see:
// 1. The folder is looked at; one that is not this node's is refused and not touched.
// 2. Its disk is opened and checked, under the folder's lock. One of an earlier format is changed by that,
// for
//    good: so 3. and 4. come first, by what its node.json says, and once more afterwards.
// 3. What it counts for is decided (start_verdict.hpp), by the disk and the whole of the store. Before it is
//    refused it is asked whether the node runs elsewhere: then that is what is said.
// 4. Everything that will be listened on is bound; nobody else may answer for the node's number, and no other
//    node may hear it.
// 5. The disk is written: who it is, its start counted; or what was on it is set aside (given_up.hpp).
// 6. The node announces itself: one compare-and-set on what 3. has read, in the store in which it read that.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "cluster/start/start_verdict.hpp"
#include "config/settings.hpp"
#include "runtime/storage/recovery.hpp"
#include "runtime/storage/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

struct joined_node {
  cluster_terms terms;
  replica_id self;
  std::uint64_t boot = 0;
  std::unique_ptr<runtime::storage> disk;
  std::vector<runtime::replica_storage> found; ///< by shard
  start_outcome outcome = start_outcome::goes_on;
};

/// What joining needs of the world.
struct joining_ports {
  configuration_store& store;
  /// Called now and then while something is waited for: sleeps 200 ms, and says whether to go on.
  std::function<bool()> keep_waiting;
  /// Wall-clock time, in milliseconds since the Unix epoch.
  std::function<std::int64_t()> now_ms;
  bool replace_disk = false; ///< an operator said --replace-disk
  /// Takes the addresses of the settings; `unavailable` when one is in use.
  std::function<runtime::result<void>()> bind = [] { return runtime::result<void>{}; };
  /// Whether a process answers where the node's number was announced, other than at the addresses that `bind`
  /// took: a sentence about it; nullopt: none does.
  std::function<std::optional<std::string>(const known_node& announced, const std::string& cluster)> answers =
      [](const known_node&, const std::string&) { return std::optional<std::string>{}; };
  /// Whether one of the other nodes hears the number, by another process than this: a sentence about it.
  std::function<std::optional<std::string>(const std::map<std::uint32_t, known_node>& others,
                                           const std::string& cluster)>
      hears = [](const std::map<std::uint32_t, known_node>&, const std::string&) {
        return std::optional<std::string>{};
      };
};

/// Opens the data folder as that of node `settings.node`. The first node to start fixes the cluster's terms.
///
/// Waits for a store that does not answer, for ever. For a disk that cannot go on it waits up to
/// limits::superseded_looks_max calls of `keep_waiting`, for others to hold better copies than its own.
///
/// Faults, each with what to do: `shutting_down` when `keep_waiting` said no; `malformed` when the folder or
/// its disk is not what the number belongs to (start_verdict.hpp), is of a node by itself, of another node
/// or cluster, or the settings differ from the cluster's terms; `unavailable` when another process has the
/// folder, an address or the number; else as open_storage.
runtime::result<joined_node> join_cluster(const config::node_settings& settings, const joining_ports& ports);

/// Notes on the disk why its node does not trust it. The next start asks whether it is superseded, as of a
/// damaged one.
runtime::result<void> distrust_disk(const std::string& data_dir, const std::string& why);

} // namespace orderd::cluster
