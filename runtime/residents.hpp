// The entities of a shard that are in memory, least recently used first.
//
// Owned by its shard; no locks. A cell stays valid until `drop` or `passivate`.
#pragma once

#include "runtime/entity_host.hpp"

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

namespace orderd::runtime {

class residents {
public:
  /// The entity's cell, now the most recently used; nullptr when it is not in memory.
  entity_cell* find(const entity_id& id, unix_ms now);

  /// Pre: `id` is not in memory.
  entity_cell& adopt(const entity_id& id, std::unique_ptr<entity_cell> cell, unix_ms now);

  void drop(const entity_id& id);

  /// Drops those not used since `idle_since`, and the least recently used above `count_max`. Nothing is
  /// lost: every snapshot is a row already.
  void passivate(unix_ms idle_since, std::size_t count_max);

  std::size_t size() const noexcept { return cells_.size(); }
  std::size_t count(std::uint8_t kind) const noexcept { return by_kind_[kind]; }

private:
  struct resident {
    std::unique_ptr<entity_cell> cell;
    unix_ms used_at = 0;
    std::list<entity_id>::iterator place;
  };

  std::list<entity_id> by_use_; ///< least recently used first
  std::unordered_map<entity_id, resident, entity_id_hash> cells_;
  std::array<std::size_t, 256> by_kind_{};
};

} // namespace orderd::runtime
