// When to connect again: after 20 ms, then after twice as long each time, at most a second. Pure.
#pragma once

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"

#include <chrono>

namespace orderd::cluster {

class reconnect_pause {
public:
  static constexpr runtime::backoff pauses{std::chrono::milliseconds{20}, std::chrono::milliseconds{1'000}};

  bool due(runtime::steady_time now) const noexcept { return now >= due_at_; }
  void failed(runtime::steady_time now) noexcept {
    due_at_ = now + wait_;
    wait_ = pauses.next(wait_);
  }
  /// The next failure is the first again.
  void succeeded() noexcept { wait_ = pauses.first; }

private:
  runtime::steady_time due_at_;
  std::chrono::milliseconds wait_ = pauses.first;
};

} // namespace orderd::cluster
