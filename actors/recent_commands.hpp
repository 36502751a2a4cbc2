// The ids of the last few commands of clients that took effect on an entity, so that one sent again
// has no second effect.
#pragma once

#include "actors/types.hpp"

#include <string>
#include <string_view>

namespace orderd::actors {

/// *Limitations*: remembers the last eight. A command sent again after eight later ones is taken as
/// new; clients send again within seconds, and operators change stock and limits rarely.
class recent_commands {
public:
  static constexpr std::size_t remembered_max = 8;

  recent_commands() = default;
  /// From the stored form: whole ids, the oldest first. Pre: `is_valid(stored)`.
  explicit recent_commands(std::string_view stored) : ids_(stored) {}

  static bool is_valid(std::string_view stored) noexcept {
    return stored.size() % command_id::size == 0 && stored.size() <= remembered_max * command_id::size;
  }

  bool contains(const command_id& id) const noexcept {
    for (std::size_t at = 0; at < ids_.size(); at += command_id::size)
      if (std::string_view{ids_}.substr(at, command_id::size) == id.view())
        return true;
    return false;
  }

  void remember(const command_id& id) {
    if (ids_.size() == remembered_max * command_id::size)
      ids_.erase(0, command_id::size);
    ids_ += id.view();
  }

  const std::string& stored() const noexcept { return ids_; }
  friend bool operator==(const recent_commands&, const recent_commands&) = default;

private:
  std::string ids_;
};

} // namespace orderd::actors
