// What all calls of the door may hold together, in units of config/grpc_limits.hpp, and what one stream of
// them may.
//
// A unary call takes its units or is refused. A stream is never refused: it is read while it holds less than
// its share, an eighth of what others leave. So however many streams there are that nobody reads, they leave
// some units for calls, and for the next stream.
#pragma once

#include "config/grpc_limits.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

namespace orderd::cluster {

/// *Concurrency*: any thread.
class call_budget {
public:
  explicit call_budget(std::size_t units_max = limits::grpc_units_max) : units_max_(units_max) {}

  /// Takes them all, or none.
  bool take(std::size_t units) noexcept {
    auto used = used_.load(std::memory_order_relaxed);
    do
      if (used > units_max_ || units > units_max_ - used)
        return false;
    while (!used_.compare_exchange_weak(used, used + units, std::memory_order_relaxed));
    return true;
  }

  /// Takes them, even beyond the budget.
  void take_anyway(std::size_t units) noexcept { used_.fetch_add(units, std::memory_order_relaxed); }
  void give_back(std::size_t units) noexcept { used_.fetch_sub(units, std::memory_order_relaxed); }

  /// What one stream may hold now that holds so many.
  std::size_t share(std::size_t own) const noexcept {
    const auto all = used();
    const auto left = units_max_ - std::min(units_max_, all - std::min(all, own));
    return std::clamp(left / 8, limits::grpc_stream_units_granted, limits::grpc_stream_units_max);
  }

  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

private:
  const std::size_t units_max_;
  std::atomic<std::size_t> used_ = 0;
};

/// Units that are taken, given back at its end. Movable. The budget outlives it.
class held_units {
public:
  held_units() = default;
  /// They are taken already.
  held_units(call_budget& budget, std::size_t units) noexcept : budget_(&budget), units_(units) {}
  held_units(held_units&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), units_(std::exchange(other.units_, 0)) {}
  held_units& operator=(held_units&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(units_, other.units_);
    return *this;
  }
  held_units(const held_units&) = delete;
  held_units& operator=(const held_units&) = delete;
  ~held_units() {
    if (budget_ != nullptr)
      budget_->give_back(units_);
  }

  std::size_t count() const noexcept { return units_; }

private:
  call_budget* budget_ = nullptr;
  std::size_t units_ = 0;
};

} // namespace orderd::cluster
