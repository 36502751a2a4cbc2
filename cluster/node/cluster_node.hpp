// One node of a cluster: as node.hpp, with a replica host for every shard in place of the shards themselves.
//
// *Operation*: `join_cluster`, then `start_cluster_node`; make a gateway and a way to the other nodes with
// the handles it gives; `open` with those. To stop: `stop`, then let the actor system go.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "cluster/directory/directory_actor.hpp"
#include "cluster/node/node.hpp"
#include "cluster/replication/lease_board.hpp"
#include "cluster/replication/replica_core.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace orderd::cluster {

/// What a node of a cluster is given besides node_ports; `node_ports::recovered` and `configuration` are not
/// used.
struct cluster_ports {
  cluster_terms terms;
  replica_id self;
  std::uint64_t boot = 0;
  std::vector<runtime::replica_storage> found; ///< by shard, from runtime::recover_replicas
  configuration_store& store;
  lease_board& board;
  cluster_metrics& metrics;
  std::function<void(const std::map<std::uint32_t, known_node>&)> heartbeats_to;
  std::function<void(const std::string& why)> distrust; ///< see replica_actor.hpp
  directory_options directory = {}; ///< terms, self and what replicas have promised are filled in
  replica_options replicas = {}; ///< shard, self and minimum are filled in; the log's limits are the node's
  std::function<void(const held_configuration&)> keep = {}; ///< see directory_actor.hpp
};

struct cluster_node {
  caf::actor self; ///< answers node_question
  std::vector<caf::actor> hosts;
  caf::actor journal;
  caf::actor applier;
  caf::actor provider_worker;
  caf::actor scrub; ///< null: none
  caf::actor directory;

  /// Replica hosts start; replies go to `gateway`, messages for other nodes to `peers`.
  void open(const caf::actor& gateway, const caf::actor& peers) const;
  void stop() const;
};

/// What recovery found of a shard, as its replica reads it; `malformed` when its note cannot be read. A copy
/// that was not finished counts as nothing: its rows and epochs are of no one history, and are not held
/// against the primary's.
runtime::result<replica_start> start_of(const runtime::replica_storage& found);

/// Spawns the actors, and makes the node end with any of them.
runtime::result<cluster_node> start_cluster_node(caf::actor_system& system,
                                                 const config::node_settings& settings, node_ports ports,
                                                 cluster_ports cluster, const caf::actor& peers,
                                                 blocking_actors where);

} // namespace orderd::cluster
