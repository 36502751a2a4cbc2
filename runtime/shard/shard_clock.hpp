// The time of a shard (E5, E6): stored with its epochs, it begins at the largest stored one and then advances
// with the monotone clock of whichever node leads the shard. It never falls, over restarts and failovers, and
// never jumps: what wall clocks say changes no deadline.
//
// A shard that nobody led for a while lags behind the world by as long. So that it does not for ever, its
// time runs faster by an eighth while the wall clock is ahead by at most `catch_up_ms_max`: eight hours are
// caught up in sixty-four. A timer started meanwhile fires early by at most a ninth of its length. Beyond
// that bound the wall clock is not believed: more likely it is wrong. A time that is ahead of the wall clock
// goes on at its own speed, since slower would fire timers late.
//
// Pure. *Concurrency*: none; owned by its shard.
#pragma once

#include "runtime/base/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace orderd::runtime {

class shard_clock {
public:
  static constexpr std::int64_t catch_up_ms_max = std::int64_t{7} * 24 * 3'600 * 1'000;

  /// `stored`: the largest time stored of the shard. 0: there is none, and the wall clock is where it begins.
  void start(unix_ms stored, const instant& now) noexcept {
    time_ = stored != 0 ? stored : now.wall_ms;
    monotone_ = now.monotone_ms;
    wall_ahead_ = now.wall_ms - time_;
  }

  /// An input comes at this moment: all of it sees the same time.
  void advance(const instant& now) noexcept {
    const auto passed = std::max<std::int64_t>(0, now.monotone_ms - monotone_);
    monotone_ += passed;
    time_ += passed;
    wall_ahead_ = now.wall_ms - time_;
    if (wall_ahead_ > 0 && wall_ahead_ <= catch_up_ms_max)
      catch_up(passed);
  }

  /// The shard's time after it was advanced to that moment.
  unix_ms at(const instant& now) noexcept {
    advance(now);
    return time_;
  }

  /// The shard's time, and the monotone clock, of the input being handled.
  unix_ms time() const noexcept { return time_; }
  std::int64_t monotone_ms() const noexcept { return monotone_; }

  /// How far the wall clock was ahead of the shard's time when it was last asked for; negative: behind.
  std::int64_t wall_ahead_ms() const noexcept { return wall_ahead_; }

private:
  static constexpr std::int64_t share = 8;

  void catch_up(std::int64_t passed) noexcept {
    rest_ += passed;
    const auto gained = std::min(rest_ / share, wall_ahead_);
    rest_ %= share;
    time_ += gained;
    wall_ahead_ -= gained;
  }

  unix_ms time_ = 0;
  std::int64_t monotone_ = 0;
  std::int64_t rest_ = 0; ///< of time that passed and has not yet brought a whole millisecond
  std::int64_t wall_ahead_ = 0;
};

} // namespace orderd::runtime
