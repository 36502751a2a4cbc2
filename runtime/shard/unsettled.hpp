// The entities of a shard that still have work to do, and since when.
//
// Pure index over the rows of table::unsettled; tells how many there are and how old the oldest is.
#pragma once

#include "runtime/entity/entity.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::runtime {

class unsettled {
public:
  /// `expected`: room is made for so many at once. A map of a million that makes room for more holds its
  /// shard for a tenth of a second.
  explicit unsettled(std::size_t expected = 0) { open_.reserve(expected); }

  /// One that is open already counts from now on.
  void open(const entity_id& id, unix_ms since_at) {
    settle(id);
    by_age_.push_back({id, since_at});
    open_.emplace(id, std::prev(by_age_.end()));
  }
  /// Puts back what was found at start, in any order. Once, before anything else.
  void restore(std::vector<std::pair<unix_ms, entity_id>> found) {
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [since_at, id] : found)
      open(id, since_at);
  }
  void settle(const entity_id& id) {
    const auto found = open_.find(id);
    if (found == open_.end())
      return;
    by_age_.erase(found->second);
    open_.erase(found);
  }
  std::size_t size() const noexcept { return open_.size(); }

  /// When the oldest began, or nullopt: all are settled.
  std::optional<unix_ms> oldest_since() const {
    if (by_age_.empty())
      return std::nullopt;
    return by_age_.front().since_at;
  }

private:
  struct entry {
    entity_id id;
    unix_ms since_at = 0;
  };

  std::list<entry> by_age_; ///< oldest first
  std::unordered_map<entity_id, std::list<entry>::iterator, entity_id_hash> open_;
};

} // namespace orderd::runtime
