// When an entity whose handler failed is tried again, and when it is given up.
//
// Pure. The first retry is at once (a fresh actor from the last snapshot cures a corrupted memory);
// later ones wait ten times longer each, so that a fault of the surroundings has time to pass.
#pragma once

#include "runtime/base/backoff.hpp"

#include <chrono>
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
    return failures > 1 ? pauses.after(failures - 1).count() : 0;
  }

private:
  static constexpr backoff pauses{std::chrono::milliseconds{10}, std::chrono::milliseconds{10'000}, 10};
  std::uint32_t restarts_max_;
};

} // namespace orderd::runtime
