// When to try again: after 20 ms, then after twice as long each time, at most a second. Pure.
#pragma once

#include "runtime/base/clock.hpp"

#include <algorithm>
#include <chrono>

namespace orderd::cluster {

class backoff {
public:
  static constexpr std::chrono::milliseconds first{20};
  static constexpr std::chrono::milliseconds longest{1'000};

  bool due(runtime::steady_time now) const noexcept { return now >= due_at_; }
  void failed(runtime::steady_time now) noexcept {
    due_at_ = now + wait_;
    wait_ = std::min(wait_ * 2, longest);
  }
  /// The next failure is the first again.
  void succeeded() noexcept { wait_ = first; }

private:
  runtime::steady_time due_at_;
  std::chrono::milliseconds wait_ = first;
};

} // namespace orderd::cluster
