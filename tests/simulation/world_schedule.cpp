#include "tests/simulation/world_schedule.hpp"

namespace orderd::simulation {

void world_schedule::move_again() {
  still_until_.clear();
  std::priority_queue<event> rest;
  for (; !waiting_.empty(); waiting_.pop()) {
    auto each = waiting_.top();
    if (each.held)
      each.at = now_;
    rest.push(std::move(each));
  }
  waiting_ = std::move(rest);
}

void world_schedule::next() {
  auto next = waiting_.top();
  waiting_.pop();
  now_ = std::max(now_, next.at);
  if (next.node != 0) {
    if (life_of_(next.node) != next.life)
      return;
    if (const auto still = still_until_[next.node]; still > now_) {
      next.at = still;
      next.held = true;
      waiting_.push(std::move(next));
      return;
    }
  }
  ++happened_;
  fingerprint_ = (fingerprint_ ^ static_cast<std::uint64_t>(now_)) * 0x100000001b3ull;
  next.what();
}

} // namespace orderd::simulation
