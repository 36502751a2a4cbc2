#include "tests/bench/arrival_schedule.hpp"

namespace orderd::bench {

namespace {

constexpr double ns_per_s = 1e9;

} // namespace

std::chrono::nanoseconds arrival_schedule::due_at(std::uint64_t arrival) const noexcept {
  return std::chrono::nanoseconds{
      static_cast<std::int64_t>(static_cast<double>(arrival) * ns_per_s / rate_per_s_)};
}

std::uint64_t arrival_schedule::due_by(std::chrono::nanoseconds since_start) const noexcept {
  if (since_start.count() < 0)
    return 0;
  auto due = static_cast<std::uint64_t>(static_cast<double>(since_start.count()) / ns_per_s * rate_per_s_);
  // Both directions round; the two must agree on which arrival is due.
  while (due_at(due) <= since_start)
    ++due;
  while (due > 0 && due_at(due - 1) > since_start)
    --due;
  return due;
}

} // namespace orderd::bench
