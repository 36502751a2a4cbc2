// Entities as CAF actors, each resumed by its shard.
//
// *Operation*: every entity is an event-based actor of its own, with its own mailbox and behaviour. The
// shard is its only sender and its execution unit: it hands the actor each turn as a message and runs it
// itself, so the turn has run to its end when `entity_cell::handle` returns. A handler that throws terminates
// its actor and nothing else.
//
// Why not CAF's scheduler: work stealing walks a victim's whole queue under locks, and many ready actors
// on two workers ran five times slower than on one (design.md, section 4). With the shard as the sole
// sender there is nothing to steal.
//
// *Concurrency*: the host and its cells belong to one shard actor and are used only while it runs.
#pragma once

#include "runtime/entity/entity_host.hpp"

#include <caf/actor_system.hpp>

#include <memory>

namespace orderd::runtime {

/// `system` must outlive the host and its cells.
std::unique_ptr<entity_host> make_actor_host(caf::actor_system& system);

} // namespace orderd::runtime
