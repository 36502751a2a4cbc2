// How fast the server of a connection answers, and what may therefore be expected of a request that waits in
// the client: a request that cannot be answered before its deadline is refused when that is known, not sent
// and carried out for nobody.
//
// Of the last moments: how long an answer takes once the request is sent, with four times the mean deviation
// on top (as TCP bounds a round trip: V. Jacobson, "Congestion avoidance and control", 1988), and, while more
// waits than the server lets through, how many answers come a second, with a quarter on top. That is the
// median of the last looks: a mean would take one stall of either machine for the rate of the server, and
// refuse all that waits.
//
// Pure; one thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace orderd::cluster {

class answer_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// An answer to what was sent then.
  void answered(time_point sent_at, time_point now) {
    const auto took = now - sent_at;
    const auto off = takes_ ? took - *takes_ : nanoseconds{0};
    takes_ = takes_.value_or(took) + off / memory;
    varies_ += ((off < nanoseconds{0} ? -off : off) - varies_) / memory;
    ++count_;
  }

  /// After the answers that came together. `waiting`: requests that could not be sent yet.
  void look(std::size_t waiting, time_point now) {
    const bool waited = std::exchange(waited_, waiting != 0);
    if (waiting == 0) {
      looks_ = 0;
      each_.reset();
    }
    if (!waited || waiting == 0) { // Answers count from when something began to wait.
      since_ = now;
      count_ = 0;
      return;
    }
    if (now - since_ < look_every || count_ == 0)
      return;
    lately_[looks_++ % lately_.size()] = (now - since_) / static_cast<std::int64_t>(count_);
    if (looks_ >= lately_.size())
      each_ = median(lately_);
    since_ = now;
    count_ = 0;
  }

  /// Until the answer of a request that is sent when `waiting` others are: nearly all come sooner. Zero while
  /// the server lets everything through: it refuses what it cannot answer in time by itself, and knows
  /// better. Zero in the first half second of waiting too.
  nanoseconds expected(std::size_t waiting) const {
    if (!each_ || !takes_)
      return nanoseconds{0};
    const auto until_sent = *each_ * static_cast<std::int64_t>(waiting);
    return *takes_ + 4 * varies_ + until_sent + until_sent / 4;
  }

  /// The connection is gone: the next one is another server's, perhaps.
  void forget() { *this = {}; }

private:
  using looks = std::array<nanoseconds, 9>;

  static nanoseconds median(looks of) {
    const auto middle = of.begin() + of.size() / 2;
    std::nth_element(of.begin(), middle, of.end());
    return *middle;
  }

  static constexpr int memory = 64;
  static constexpr std::chrono::milliseconds look_every{50};

  std::optional<nanoseconds> takes_;
  nanoseconds varies_{};            ///< mean deviation
  looks lately_{};                  ///< time between two answers, at the last looks
  std::size_t looks_ = 0;           ///< since something began to wait
  std::optional<nanoseconds> each_; ///< the median of them, once there are enough
  bool waited_ = false;             ///< at the last look
  time_point since_{};
  std::size_t count_ = 0;
};

} // namespace orderd::cluster
