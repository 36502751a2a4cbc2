// The longest turns that held a shard's thread, for the people who look for the reason of a slow request.
//
// A turn is what the shard does about one message, to its end: everything else of the shard waits for it.
//
// Pure; one thread. Times are real ones: a turn that was interrupted by other threads counts too.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace orderd::runtime {

/// `what` is the name of a kind of turn; it lives for ever.
struct long_turn {
  const char* what = "";
  std::chrono::nanoseconds took{};
  std::int64_t at_ms = 0; ///< wall clock, when it ended

  friend bool operator==(const long_turn&, const long_turn&) = default;
};

class long_turns {
public:
  /// What a turn may take: a longer one is kept here, and counted. Some 40 such in a row would be the age of
  /// the queue at which new orders are refused.
  static constexpr std::chrono::milliseconds allowed{5};
  static constexpr std::size_t named = 5; ///< of the longest

  void add(const long_turn& turn) {
    const auto longer = [](const long_turn& a, const long_turn& b) { return a.took > b.took; };
    longest_.insert(std::upper_bound(longest_.begin(), longest_.end(), turn, longer), turn);
    if (longest_.size() > named)
      longest_.pop_back();
  }

  /// Since the start, the longest first.
  const std::vector<long_turn>& longest() const noexcept { return longest_; }

private:
  std::vector<long_turn> longest_;
};

} // namespace orderd::runtime
