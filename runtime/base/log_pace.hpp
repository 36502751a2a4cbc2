// Keeps what happens again and again from filling the log: of each cause some lines now and then, and how
// many there would have been.
//
// Whatever somebody else can cause again and again (another node, a connection) is said by one of these, so
// that who sends much does not write much. A cause is a kind of line, and who is meant: one who is noisy
// hides no other. A first line is never kept back.
//
// Pure. *Limits*: something is kept of each cause until `end_pauses` after its pause, and without that for
// ever; so `Cause` has few values: an enumeration, a shard, a node that the configuration store has; never a
// number that somebody makes up.
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
  /// `lines` of a cause in each `pause`, which begins with the first of them. By default often enough to see
  /// that it goes on, and at what rate.
  explicit log_pace(std::chrono::milliseconds pause = std::chrono::seconds{1}, std::uint64_t lines = 1)
      : pause_(pause), lines_(lines) {}

  /// How many lines of that cause were kept back since the last; none when this one is to be kept back too.
  std::optional<std::uint64_t> may_say(const Cause& cause, std::chrono::steady_clock::time_point now) {
    auto& of = said_[cause];
    if (!of.began || now - *of.began >= pause_) {
      of.began = now;
      of.said = 1;
      return std::exchange(of.kept_back, 0);
    }
    if (of.said < lines_) {
      ++of.said;
      return 0;
    }
    ++of.kept_back;
    return std::nullopt;
  }

  /// Calls `tell` with each cause whose pause is over and the number of its lines that were kept back in it,
  /// if there were any, and forgets it.
  template <class Tell>
  void end_pauses(std::chrono::steady_clock::time_point now, Tell tell) {
    for (auto each = said_.begin(); each != said_.end();) {
      const auto& [cause, of] = *each;
      if (now - *of.began < pause_) {
        ++each;
        continue;
      }
      if (of.kept_back > 0)
        tell(cause, of.kept_back);
      each = said_.erase(each);
    }
  }

private:
  struct said_of {
    std::optional<std::chrono::steady_clock::time_point> began;
    std::uint64_t said = 0;
    std::uint64_t kept_back = 0;
  };
  std::chrono::milliseconds pause_;
  std::uint64_t lines_;
  std::map<Cause, said_of> said_;
};

} // namespace orderd::runtime
