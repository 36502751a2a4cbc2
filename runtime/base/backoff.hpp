// How long to wait before something that failed is tried again: exponential backoff.
//
//   constexpr backoff reconnecting{20ms, 1s};   // 20, 40, 80, ... 640 ms, then 1 s
//
// Each pause is a multiple of the one before, up to the longest: what is back soon is found soon, and what is
// away for long is not asked all the time. No chance is in it: where many would come back together, whoever
// waits adds its own.
//
// Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace orderd::runtime {

struct backoff {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
  unsigned factor = 2;

  /// The pause that comes after that one.
  constexpr std::chrono::milliseconds next(std::chrono::milliseconds pause) const noexcept {
    return std::min(pause * factor, longest);
  }

  /// The pause after so many failures in a row; after none as after the first.
  constexpr std::chrono::milliseconds after(std::uint32_t failures) const noexcept {
    auto pause = std::min(first, longest);
    for (; failures > 1 && pause < longest; --failures)
      pause = next(pause);
    return pause;
  }
};

} // namespace orderd::runtime
