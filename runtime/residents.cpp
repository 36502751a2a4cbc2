#include "runtime/residents.hpp"

#include <utility>

namespace orderd::runtime {

entity_cell* residents::find(const entity_id& id, unix_ms now) {
  const auto found = cells_.find(id);
  if (found == cells_.end())
    return nullptr;
  found->second.used_at = now;
  by_use_.splice(by_use_.end(), by_use_, found->second.place);
  return found->second.cell.get();
}

entity_cell& residents::adopt(const entity_id& id, std::unique_ptr<entity_cell> cell, unix_ms now) {
  const auto place = by_use_.insert(by_use_.end(), id);
  const auto [entry, inserted] = cells_.emplace(id, resident{std::move(cell), now, place});
  require(inserted, "residents: adopted twice");
  ++by_kind_[id.kind()];
  return *entry->second.cell;
}

void residents::drop(const entity_id& id) {
  const auto found = cells_.find(id);
  if (found == cells_.end())
    return;
  --by_kind_[id.kind()];
  by_use_.erase(found->second.place);
  cells_.erase(found);
}

void residents::passivate(unix_ms idle_since, std::size_t count_max) {
  while (!by_use_.empty()) {
    const auto oldest = by_use_.front();
    if (cells_.size() <= count_max && cells_.find(oldest)->second.used_at >= idle_since)
      return;
    drop(oldest);
  }
}

} // namespace orderd::runtime
