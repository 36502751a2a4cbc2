// Keeps what happens again and again from filling the log: of each cause a line now and then, which says how
// many there would have been.
//
// Whatever somebody else can cause again and again (another node, a connection) is said by one of these, so
// that who sends much does not write much. A cause is a kind of line, and who is meant: one who is noisy
// hides no other.
//
// Pure. *Limits*: something is kept of each cause for ever, so `Cause` has few values: an enumeration, a
// shard, a node that the configuration store has; never a number that somebody makes up.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace orderd::runtime {

template <class Cause>
class log_pace {
public:
  /// Often enough to see that it goes on, and at what rate.
  explicit log_pace(std::chrono::milliseconds pause = std::chrono::seconds{1}) : pause_(pause) {}

  /// How many lines of that cause were kept back since the last; none when this one is to be kept back too.
  std::optional<std::uint64_t> may_say(Cause cause, std::chrono::steady_clock::time_point now) {
    auto& of = said_[cause];
    if (of.last && now - *of.last < pause_) {
      ++of.kept_back;
      return std::nullopt;
    }
    of.last = now;
    return std::exchange(of.kept_back, 0);
  }

private:
  struct lines {
    std::optional<std::chrono::steady_clock::time_point> last;
    std::uint64_t kept_back = 0;
  };
  std::chrono::milliseconds pause_;
  std::map<Cause, lines> said_;
};

} // namespace orderd::runtime
