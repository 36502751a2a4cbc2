// When an entity whose handler failed is tried again, and when it is given up.
//
// Pure. The first retry is at once (a fresh actor from the last snapshot cures a corrupted memory);
// later ones wait ten times longer each, so that a fault of the surroundings has time to pass.
#pragma once

#include <cstdint>
#include <optional>

namespace orderd::runtime {

class restart_policy {
public:
  /// `restarts_max`: tries after the first failure before quarantine.
  explicit restart_policy(std::uint32_t restarts_max) : restarts_max_(restarts_max) {}

  /// After the n-th failure in a row of one command (from 1): the delay before the next try in
  /// milliseconds, or nullopt: quarantine.
  std::optional<std::int64_t> delay_ms(std::uint32_t failures) const noexcept {
    if (failures > restarts_max_)
      return std::nullopt;
    std::int64_t delay = 0;
    for (std::uint32_t i = 1; i < failures && delay < delay_ms_max; ++i)
      delay = delay == 0 ? 10 : delay * 10;
    return delay;
  }

private:
  static constexpr std::int64_t delay_ms_max = 10'000;
  std::uint32_t restarts_max_;
};

} // namespace orderd::runtime
