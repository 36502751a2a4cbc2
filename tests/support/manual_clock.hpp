// Time in a test's hands, on two clocks.
#pragma once

#include "runtime/base/clock.hpp"

namespace orderd::test {

class manual_clock : public runtime::node_clock {
public:
  runtime::instant now() const override { return now_; }
  void pass(std::int64_t ms) {
    now_.monotone_ms += ms;
    now_.wall_ms += ms;
  }
  /// Somebody sets the wall clock: from now on it is wrong by so much.
  void set_wall_wrong_by(std::int64_t ms) { now_.wall_ms = now_.monotone_ms + right + ms; }

private:
  static constexpr std::int64_t right = 1'700'000'000'000;
  runtime::instant now_{1'000'000, 1'000'000 + right};
};

} // namespace orderd::test
