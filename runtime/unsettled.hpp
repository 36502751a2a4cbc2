// The entities of a shard that still have work to do, and since when.
//
// Pure index over the rows of table::unsettled; tells how many there are and how old the oldest is.
#pragma once

#include "runtime/entity.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::runtime {

class unsettled {
public:
  void open(const entity_id& id, unix_ms since_at) {
    since_[id] = since_at;
    by_age_.push_back({id, since_at});
  }
  /// Puts back what was found at start, in any order. Once, before anything else.
  void restore(std::vector<std::pair<unix_ms, entity_id>> found) {
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [since_at, id] : found)
      open(id, since_at);
  }
  void settle(const entity_id& id) {
    since_.erase(id);
    forget_settled();
  }
  std::size_t size() const noexcept { return since_.size(); }

  /// Entries held, settled ones included: bounded by the open ones, whatever their age.
  std::size_t entries() const noexcept { return by_age_.size(); }

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

  // An entry is stale when its entity is settled, or was opened again later.
  bool is_stale(const entry& what) const {
    const auto found = since_.find(what.id);
    return found == since_.end() || found->second != what.since_at;
  }

  void forget_settled() {
    while (!by_age_.empty() && is_stale(by_age_.front()))
      by_age_.pop_front();
    // Behind one that stays open for long (quarantined), those settled since would pile up.
    if (by_age_.size() > 2 * since_.size() + stale_max)
      std::erase_if(by_age_, [this](const entry& each) { return is_stale(each); });
  }

  static constexpr std::size_t stale_max = 1'000;

  std::unordered_map<entity_id, unix_ms, entity_id_hash> since_;
  std::deque<entry> by_age_; ///< oldest first; may hold stale entries behind the first
};

} // namespace orderd::runtime
