// When a member that was left out of the in-sync set may come back (C9).
//
// A member that is heard now and then would be left out and taken back as often, and each time is a write to
// the configuration store that every node reads. So the pause before it comes back doubles each time it is
// left out soon after it came; one that stayed for long begins with the shortest again.
//
// Pure.
#pragma once

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"

#include <chrono>

namespace orderd::cluster {

class rejoin_pause {
public:
  static constexpr runtime::backoff pauses{std::chrono::milliseconds{500}, std::chrono::milliseconds{8'000}};
  /// Whoever was in sync for so many of its pauses has shown that it can stay.
  static constexpr int stays = 8;

  /// It is left out.
  void left(runtime::steady_time now) noexcept {
    const bool stayed = now - joined_at_ > stays * pause_;
    pause_ = pause_.count() == 0 || stayed ? pauses.first : pauses.next(pause_);
    until_ = now + pause_;
  }
  /// It is taken back.
  void joined(runtime::steady_time now) noexcept { joined_at_ = now; }
  bool over(runtime::steady_time now) const noexcept { return now >= until_; }

private:
  std::chrono::milliseconds pause_{};
  runtime::steady_time joined_at_;
  runtime::steady_time until_;
};

} // namespace orderd::cluster
