#include "runtime/shard/residents.hpp"

#include <algorithm>
#include <utility>

namespace orderd::runtime {

namespace {

constexpr std::size_t sweeps_per_round = 50;

std::uint32_t hash_of(const entity_id& id) {
  return static_cast<std::uint32_t>(entity_id_hash{}(id));
}

} // namespace

residents::resident* residents::lookup(const entity_id& id) {
  return cells_.find(hash_of(id), [&](const resident& each) { return each.id == id; });
}

entity_cell* residents::find(const entity_id& id, std::int64_t now) {
  auto* found = lookup(id);
  if (found == nullptr)
    return nullptr;
  found->used_at = now;
  return found->cell.get();
}

entity_cell& residents::adopt(const entity_id& id, std::unique_ptr<entity_cell> cell, std::int64_t now) {
  ++by_kind_[id.kind()];
  return *cells_.insert({std::move(cell), now, hash_of(id), id}).cell;
}

void residents::drop(const entity_id& id) {
  if (auto* found = lookup(id))
    erase(found);
}

void residents::erase(resident* who) {
  --by_kind_[who->id.kind()];
  const auto ended = std::move(who->cell); // after the table is whole again
  cells_.erase(who);
}

void residents::sweep(const limits& keep) {
  const auto capacity = cells_.capacity();
  const auto part = std::max<std::size_t>(capacity / sweeps_per_round, 1);
  for (std::size_t seen = 0; seen < capacity;) {
    const bool too_many = cells_.size() > keep.count_max;
    if (seen >= part && !too_many)
      return;
    auto& each = cells_.at(sweep_at_ % capacity);
    const bool go =
        !each.is_free() && (each.used_at < keep.idle_since || (too_many && each.used_at < keep.now));
    if (go) {
      erase(&each); // Another may have moved into its place: look at it again.
      continue;
    }
    ++sweep_at_;
    ++seen;
  }
}

} // namespace orderd::runtime
