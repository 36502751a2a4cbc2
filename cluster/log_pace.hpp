// Keeps what happens again and again from filling the log: of each cause a line now and then, which says how
// many there would have been.
//
// Pure. *Limits*: as many causes as an enumeration has, `Cause`; causes must not come from outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace orderd::cluster {

template <class Cause>
class log_pace {
public:
  /// How many lines of that cause were kept back since the last; none when this one is to be kept back too.
  std::optional<std::uint64_t> may_say(Cause cause, std::chrono::steady_clock::time_point now) {
    auto& of = said_[cause];
    if (of.last && now - *of.last < pause) {
      ++of.kept_back;
      return std::nullopt;
    }
    of.last = now;
    return std::exchange(of.kept_back, 0);
  }

  /// Often enough to see that it goes on, and at what rate.
  static constexpr std::chrono::seconds pause{1};

private:
  struct lines {
    std::optional<std::chrono::steady_clock::time_point> last;
    std::uint64_t kept_back = 0;
  };
  std::map<Cause, lines> said_;
};

} // namespace orderd::cluster
