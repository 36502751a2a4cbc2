// What all connections of a node may hold together.
//
// Pure; one thread at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// So many bytes for everybody.
class byte_budget {
public:
  explicit byte_budget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Takes them, or nothing.
  bool take(std::size_t bytes) noexcept {
    if (bytes > left())
      return false;
    used_ += bytes;
    return true;
  }
  void give_back(std::size_t bytes) noexcept { used_ -= bytes; }

  /// What somebody holds has changed; it may go beyond the budget.
  void change(std::size_t before, std::size_t now) noexcept { used_ += now - before; }

  /// What one of many may hold: an eighth of what is left. So those that take much leave the budget unfilled
  /// for the next, however many they are.
  std::size_t share(std::size_t least, std::size_t most) const noexcept {
    return std::clamp(left() / 8, least, most);
  }

  std::size_t used() const noexcept { return used_; }

private:
  std::size_t left() const noexcept { return bytes_max_ - std::min(used_, bytes_max_); }

  std::size_t bytes_max_;
  std::size_t used_ = 0;
};

/// The budget of frames that have begun and not ended. Nobody waits for it: who needs what old ones hold gets
/// it, and they go; when all are young, the new one is refused. So halves of frames never hold it for ever.
class frame_budget {
public:
  using number = std::uint64_t;
  using time_point = std::chrono::steady_clock::time_point;

  struct decision {
    bool granted = true;
    std::vector<number> goes; ///< whose frame began first, until there is room: to be closed
  };

  frame_budget(std::size_t bytes_max, std::chrono::milliseconds kept) : budget_(bytes_max), kept_(kept) {}

  /// A connection's unfinished frame, by its whole length; 0: it has none now.
  decision hold(number who, std::size_t bytes, time_point began_at, time_point now) {
    decision made;
    release(who);
    if (bytes == 0)
      return made;
    while (!(made.granted = budget_.take(bytes)) && !by_age_.empty()
           && by_age_.begin()->first + kept_ <= now) {
      made.goes.push_back(by_age_.begin()->second);
      release(made.goes.back());
    }
    if (made.granted) {
      held_.emplace(who, held{bytes, began_at});
      by_age_.emplace(began_at, who);
    }
    return made;
  }

  /// It is gone, or has no unfinished frame.
  void release(number who) {
    const auto found = held_.find(who);
    if (found == held_.end())
      return;
    budget_.give_back(found->second.bytes);
    by_age_.erase({found->second.began_at, who});
    held_.erase(found);
  }

  std::size_t used() const noexcept { return budget_.used(); }

private:
  struct held {
    std::size_t bytes = 0;
    time_point began_at;
  };

  byte_budget budget_;
  std::chrono::milliseconds kept_;
  std::unordered_map<number, held> held_;
  std::set<std::pair<time_point, number>> by_age_;
};

} // namespace orderd::cluster
