// How long it takes until nothing is left of what a shard has to do, at the rate of the last ten seconds.
//
//   drain.note(now, unsettled);                      // some times a second
//   drain.seconds(now, unsettled, oldest_age);       // 600 left, 60 fewer each second: 10
//
// The rate is the net one: what was settled less what came. What is younger than a second is under way and no
// backlog: while nothing older is there the answer is 0.
//
// Pure. *Concurrency*: none; owned by the shard's runner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace orderd::runtime {

class drain_estimate {
public:
  static constexpr double never = std::numeric_limits<double>::infinity();

  /// Keeps one of a second. `now_ms` never falls.
  void note(std::int64_t now_ms, std::uint64_t backlog) {
    if (noted_ != 0 && now_ms - at(noted_ - 1).at_ms < every_ms)
      return;
    at(noted_++) = {now_ms, backlog};
  }

  /// `never`: it becomes no less, or that is not known yet.
  double seconds(std::int64_t now_ms, std::uint64_t backlog, std::int64_t oldest_age_ms) const {
    if (backlog == 0 || oldest_age_ms < every_ms)
      return 0;
    const auto* then = oldest_kept(now_ms);
    if (then == nullptr || then->backlog <= backlog)
      return never;
    const auto fewer = static_cast<double>(then->backlog - backlog);
    return static_cast<double>(backlog) * static_cast<double>(now_ms - then->at_ms) / 1e3 / fewer;
  }

private:
  static constexpr std::int64_t every_ms = 1'000;
  static constexpr std::size_t kept = 11; // the oldest is ten seconds old

  struct reading {
    std::int64_t at_ms = 0;
    std::uint64_t backlog = 0;
  };

  reading& at(std::size_t number) { return readings_[number % kept]; }
  const reading& at(std::size_t number) const { return readings_[number % kept]; }

  /// Null: none is older than the shortest time over which a rate says something.
  const reading* oldest_kept(std::int64_t now_ms) const {
    if (noted_ == 0)
      return nullptr;
    const auto& first = at(noted_ < kept ? 0 : noted_);
    return now_ms - first.at_ms >= every_ms ? &first : nullptr;
  }

  std::array<reading, kept> readings_{};
  std::size_t noted_ = 0; ///< so far
};

} // namespace orderd::runtime
