// One node: the actors of the engine, put together from ports.
//
// A replica host for every shard, and what the shards share. The same assembly serves a member of a cluster
// and a node by itself (alone.hpp); production (LMDB, sockets, detached threads for what blocks) and
// simulation (storage in memory, a simulated gateway, everything on the deterministic scheduler): only what
// it is given differs.
//
// *Operation*: `join_cluster` or `start_alone`, then `start_node`; make a gateway and a way to the other
// nodes with the handles it gives; `open` with those. To stop: `stop`, then let the actor system go. Stopping
// loses nothing: whatever was acknowledged is in the journal.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/held_configuration.hpp"
#include "cluster/configuration/membership.hpp"
#include "cluster/directory/directory_actor.hpp"
#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/replication/lease_board.hpp"
#include "cluster/replication/replica_core.hpp"
#include "config/settings.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/fatal.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/engine/scrub_metrics.hpp"
#include "runtime/entity/entity.hpp"
#include "runtime/storage/recovery.hpp"
#include "runtime/storage/store.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Who a node is, and what its disk holds.
struct node_start {
  cluster_terms terms = {}; ///< without an id: of a node by itself
  replica_id self = {};
  std::uint64_t boot = 0;
  std::vector<runtime::replica_storage> found = {}; ///< by shard
  std::optional<held_configuration> held = {};      ///< of the configuration store; none: nothing is
};

/// What a node is given. References must outlive the actor system's actors.
struct node_ports {
  runtime::storage& disk;
  const runtime::business& rules;
  const runtime::node_clock& clock;
  configuration_store& store;
  lease_board& board;
  runtime::metrics& metrics;
  cluster::cluster_metrics& cluster_metrics;
  caf::actor provider;        ///< answers runtime::provider_request
  caf::actor peers = nullptr; ///< takes what is for other nodes; null: there are none
  runtime::fatal_handler fatal;
  std::string client_endpoint = {};           ///< host:port of its gateway, as clients are told
  runtime::scrub_metrics* scrubbed = nullptr; ///< null: nothing is looked through while the node works
  std::function<void(const std::map<std::uint32_t, known_node>&)> heartbeats_to =
      {};                                                    ///< see directory_actor.hpp
  std::function<void(const held_configuration&)> keep = {};  ///< the same
  std::function<void(const std::string& why)> distrust = {}; ///< see replica_actor.hpp
  replica_options replicas = {}; ///< shard, self and minimum are filled in; the log's limits are the node's
};

/// Where the actors that block run.
enum class blocking_actors : std::uint8_t {
  detached,  ///< on threads of their own: production
  scheduled, ///< on the scheduler: the deterministic one
};

struct node {
  caf::actor self;               ///< answers node_question, watches the disk
  std::vector<caf::actor> hosts; ///< by shard
  caf::actor journal;
  caf::actor applier;
  caf::actor provider_worker;
  caf::actor scrub; ///< null: none
  caf::actor directory;

  /// Replica hosts start; replies go to `gateway`, messages for other nodes to `peers`, if there are any.
  void open(const caf::actor& gateway, const caf::actor& peers = nullptr) const;
  /// Every actor of the node is told to end.
  void stop() const;
};

/// Ends the node, by `fatal`, when the actor ends otherwise than by user_shutdown or kill: by an exception,
/// say. Without one of its parts a node would go on and answer nobody, or fill its memory.
void end_node_with(const caf::actor& part, std::string component, runtime::fatal_handler fatal);

/// Spawns the actors, and makes the node end with any of them and with the provider. Faults as start_of.
runtime::result<node> start_node(caf::actor_system& system, const config::node_settings& settings,
                                 node_ports ports, const node_start& start, blocking_actors where);

} // namespace orderd::cluster
