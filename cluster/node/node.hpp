// One node: the engine's actors, put together from ports.
//
// The same assembly serves production (LMDB, sockets, detached threads for what blocks) and simulation
// (storage in memory, a simulated gateway, everything on the deterministic scheduler): only the ports
// differ.
//
// *Operation*: recover the storage (runtime/storage/recovery.hpp), `start_node`, make a gateway with
// `node::shards` and `node::self`, `open` with the gateway's handle. To stop: `stop`, then let the actor
// system go. Stopping loses nothing: whatever was acknowledged is in the journal.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
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

#include <string>
#include <vector>

namespace orderd::cluster {

/// What a node is given. References must outlive the actor system's actors.
struct node_ports {
  runtime::storage& disk;
  std::vector<runtime::recovered_shard> recovered; ///< from runtime::recover(disk)
  const runtime::business& rules;
  const runtime::node_clock& clock;
  configuration_store& configuration;
  runtime::metrics& metrics;
  caf::actor provider; ///< answers runtime::provider_request
  runtime::fatal_handler fatal;
  std::string client_endpoint = {};           ///< host:port of its gateway, as clients are told
  runtime::scrub_metrics* scrubbed = nullptr; ///< null: nothing is looked through while the node works
};

/// Where the actors that block run.
enum class blocking_actors : std::uint8_t {
  detached,  ///< on threads of their own: production
  scheduled, ///< on the scheduler: the deterministic one
};

struct node {
  caf::actor self; ///< answers node_question, watches the disk
  std::vector<caf::actor> shards;
  caf::actor journal;
  caf::actor applier;
  caf::actor provider_worker;
  caf::actor scrub; ///< null: none

  /// Shards recover and start; replies go to `gateway`.
  void open(const caf::actor& gateway) const;
  /// Every actor of the node is told to end.
  void stop() const;
};

/// Ends the node, by `fatal`, when the actor ends otherwise than by user_shutdown or kill: by an exception,
/// say. Without one of its parts a node would go on and answer nobody, or fill its memory.
void end_node_with(const caf::actor& part, std::string component, runtime::fatal_handler fatal);

/// Spawns the actors, and makes the node end with any of them and with the provider. `unavailable` when this
/// node may not own a shard.
runtime::result<node> start_node(caf::actor_system& system, const config::node_settings& settings,
                                 node_ports ports, blocking_actors where);

} // namespace orderd::cluster
