// The port between a shard and the form its entities take: actors (actor_host.hpp, the product) or
// plain objects (object_host.hpp, to measure what the actor model costs and to test without CAF).
#pragma once

#include "runtime/entity/entity.hpp"

#include <memory>
#include <string>

namespace orderd::runtime {

/// What became of one command.
struct attempt {
  bool handled = false;
  std::string error; ///< what the handler threw, when not handled
  /// The handler was not called: what is stored of the entity is damaged, or what is missing may have been
  /// lost.
  bool unreadable = false;
};

/// One entity in memory, owned by its shard. After an attempt that was not handled it is dead: it must
/// be destroyed, and a new one spawned from the last snapshot.
class entity_cell {
public:
  virtual ~entity_cell() = default;
  /// Runs the turn to its end before it returns. Never throws.
  virtual attempt handle(turn& now) = 0;
};

/// Makes cells. It must outlive them.
class entity_host {
public:
  virtual ~entity_host() = default;
  virtual std::unique_ptr<entity_cell> spawn(std::unique_ptr<entity> what) = 0;
};

} // namespace orderd::runtime
