// The durable timers of a shard, in memory: which entity is owed which command when.
//
// Pure. The rows of table::timer are the truth; this index is rebuilt from them when the shard starts
// and says which rows to write and erase when a timer starts, moves, stops or fires.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/shard/stored_rows.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace orderd::runtime {

class timers {
public:
  /// `expected`: room is made for so many at once, as in `unsettled`.
  explicit timers(std::size_t expected = 0) { by_entity_.reserve(expected); }

  /// Starts a timer; gives the row of the same entity and name that it replaces, if one ran.
  std::optional<timer_key> start(const timer_key& key, std::string command);

  /// Stops a timer; gives its row, or nullopt when none ran (it fired already: no error).
  std::optional<timer_key> stop(const entity_id& entity, std::uint8_t name);

  struct due {
    timer_key key;
    std::string command; ///< stored form
  };
  /// Takes out the earliest timer due at `now`. One at a time: what it causes may stop or move the next.
  std::optional<due> take_due(unix_ms now);

  /// Those of one entity, the earliest first. For people: it looks for each name.
  std::vector<due> of(const entity_id& entity) const;

  std::size_t size() const noexcept { return by_entity_.size(); }

private:
  struct owner {
    entity_id entity;
    std::uint8_t name = 0;
    friend bool operator==(const owner&, const owner&) = default;
  };
  struct owner_hash {
    std::size_t operator()(const owner& who) const noexcept {
      return entity_id_hash{}(who.entity) * 31 + who.name;
    }
  };
  struct pending {
    owner who;
    std::string command;
  };
  using schedule = std::multimap<unix_ms, pending>;

  schedule by_due_;
  std::unordered_map<owner, schedule::iterator, owner_hash> by_entity_;
};

} // namespace orderd::runtime
