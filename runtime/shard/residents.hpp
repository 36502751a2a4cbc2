// The entities of a shard that are in memory.
//
// Owned by its shard; no locks. A cell stays valid until `drop` or `sweep`.
#pragma once

#include "runtime/base/flat_table.hpp"
#include "runtime/entity/entity_host.hpp"

#include <array>
#include <cstdint>
#include <memory>

namespace orderd::runtime {

class residents {
public:
  /// `expected`: entities in memory at most; room for them is made at once, since making it later would
  /// hold the shard for tens of milliseconds.
  explicit residents(std::size_t expected = 0) { cells_.reserve(expected); }

  /// The entity's cell, or nullptr when it is not in memory.
  entity_cell* find(const entity_id& id, std::int64_t now);

  /// Whether it is in memory; it is not used by that.
  bool has(const entity_id& id) { return lookup(id) != nullptr; }

  /// Pre: `id` is not in memory.
  entity_cell& adopt(const entity_id& id, std::unique_ptr<entity_cell> cell, std::int64_t now);

  void drop(const entity_id& id);

  /// What `sweep` keeps.
  struct limits {
    std::int64_t idle_since = 0; ///< drops those not used since then
    std::size_t count_max = 0;   ///< above it, drops those not used at `now` until it is met
    std::int64_t now = 0;
  };

  /// Looks at the next part of the table and drops what it does not keep. Nothing is lost: every snapshot
  /// is a row already. Some tens of calls go round once, so that no call is long; while there are more than
  /// `count_max`, a call goes on until there are not, or it has gone round. (An order of use would choose
  /// better victims than a sweep, and cost each turn three cache misses: measured, not worth it.)
  void sweep(const limits& keep);

  std::size_t size() const noexcept { return cells_.size(); }
  std::size_t count(std::uint8_t kind) const noexcept { return by_kind_[kind]; }

private:
  struct resident {
    std::unique_ptr<entity_cell> cell;
    std::int64_t used_at = 0;
    std::uint32_t hash_bits = 0;
    entity_id id;

    bool is_free() const noexcept { return cell == nullptr; }
    std::uint32_t hash() const noexcept { return hash_bits; }
  };
  static_assert(sizeof(resident) == 64, "a resident is one cache line");

  resident* lookup(const entity_id& id);
  void erase(resident* who);

  flat_table<resident> cells_;
  std::array<std::size_t, 256> by_kind_{};
  std::size_t sweep_at_ = 0; ///< where the next sweep begins
};

} // namespace orderd::runtime
