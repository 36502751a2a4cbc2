// What happens when in the replicas' world: one queue of events, in the order of the world's own clock.
//
// An event of a node happens only in the life of the node in which it was asked for; while the node stands
// still, it waits, and keeps its place among the waiting.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <utility>

namespace orderd::simulation {

class world_schedule {
public:
  /// `life_of`: the life a node is in; 0 while it is down.
  explicit world_schedule(std::function<std::uint64_t(std::uint32_t)> life_of)
      : life_of_(std::move(life_of)) {}

  /// Times in microseconds.
  std::int64_t now() const noexcept { return now_; }
  std::uint64_t events() const noexcept { return happened_; }
  std::uint64_t fingerprint() const noexcept { return fingerprint_; }

  void at(std::int64_t after, std::function<void()> what) { push(after, 0, 0, std::move(what)); }
  void later(std::uint32_t node, std::int64_t after, std::function<void()> what) {
    if (const auto life = life_of_(node); life != 0)
      push(after, node, life, std::move(what));
  }

  void stand_still(std::uint32_t node, std::int64_t until) {
    still_until_[node] = std::max(still_until_[node], until);
  }
  /// What waited for them happens now, in its order.
  void move_again();

  /// What is due by then, as long as it is not `done`.
  template <class Done>
  void run_until(std::int64_t until, Done done) {
    while (!done() && !waiting_.empty() && waiting_.top().at <= until)
      next();
    if (!done())
      now_ = std::max(now_, until);
  }

private:
  struct event {
    std::int64_t at = 0;
    std::uint64_t sequence = 0;
    std::uint32_t node = 0; ///< 0: the world's own
    std::uint64_t life = 0;
    bool held = false; ///< its node stood still when it was due
    std::function<void()> what;
    bool operator<(const event& other) const {
      return std::pair{at, sequence} > std::pair{other.at, other.sequence};
    }
  };

  void push(std::int64_t after, std::uint32_t node, std::uint64_t life, std::function<void()> what) {
    waiting_.push({now_ + after, ++sequence_, node, life, false, std::move(what)});
  }
  void next();

  std::function<std::uint64_t(std::uint32_t)> life_of_;
  std::priority_queue<event> waiting_;
  std::map<std::uint32_t, std::int64_t> still_until_;
  std::int64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t happened_ = 0;
  std::uint64_t fingerprint_ = 0;
};

} // namespace orderd::simulation
