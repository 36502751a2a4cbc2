// What a node by itself and a node of a cluster have in common.
#pragma once

#include "cluster/node/node.hpp"
#include "runtime/engine/scrub_actor.hpp"
#include "runtime/shard/shard.hpp"

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>

#include <utility>

namespace orderd::cluster {

template <class Actor, class... Arguments>
caf::actor spawn_blocking(caf::actor_system& system, blocking_actors where, Arguments&&... arguments) {
  if (where == blocking_actors::detached)
    return system.spawn<Actor, caf::detached>(std::forward<Arguments>(arguments)...);
  return system.spawn<Actor>(std::forward<Arguments>(arguments)...);
}

/// The actors that all shards of a node share.
struct shared_actors {
  caf::actor journal;
  caf::actor applier;
  caf::actor provider_worker;
};
shared_actors spawn_shared(caf::actor_system& system, const config::node_settings& settings,
                           const node_ports& ports, blocking_actors where);

/// Looks through the states while the node works, on a thread of its own. Null where nothing is.
caf::actor spawn_scrub(caf::actor_system& system, const config::node_settings& settings,
                       const node_ports& ports, runtime::damage_handler damaged);

/// A shard's engine on a node with so many of them, but for term and epochs.
runtime::shard_options engine_options(const config::node_settings& settings, const runtime::replica_id& self,
                                      std::uint32_t shard, std::uint32_t shards, blocking_actors where);

} // namespace orderd::cluster
