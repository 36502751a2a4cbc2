// How a node becomes a member of its cluster when it starts: who it is, by its disk and the configuration
// store.
#pragma once

#include "cluster/configuration_store.hpp"
#include "cluster/membership.hpp"
#include "config/settings.hpp"
#include "runtime/recovery.hpp"
#include "runtime/store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

struct joined_node {
  cluster_terms terms;
  replica_id self;
  std::uint64_t boot = 0;
  std::unique_ptr<runtime::storage> disk;
  std::vector<runtime::replica_storage> found; ///< by shard
};

/// Opens the data folder as that of node `settings.node`. The first node to start fixes the cluster's terms.
///
/// A disk that is empty, was set back, or does not pass its checks begins anew as a new incarnation
/// (disk_identity.hpp), with copies of other nodes'; what was left on it is kept in the folder "given-up"
/// until the next time.
///
/// Waits for a store that does not answer, for ever; `keep_waiting` is called now and then, sleeps a little,
/// and says whether to go on. Faults: `shutting_down` when it said no; `malformed` when the folder is of a
/// node by itself or of another cluster, or the settings differ from the cluster's terms; else as
/// open_storage.
runtime::result<joined_node> join_cluster(const config::node_settings& settings, configuration_store& store,
                                          const std::string& client_endpoint,
                                          const std::string& peer_endpoint,
                                          const std::function<bool()>& keep_waiting);

/// Gives a data folder up: the next start begins anew. `why` is for people and is written there.
runtime::result<void> give_up_disk(const std::string& data_dir);

} // namespace orderd::cluster
