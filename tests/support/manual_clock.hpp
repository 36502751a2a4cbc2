// Wall-clock time in a test's hands.
#pragma once

#include "runtime/clock.hpp"

namespace orderd::test {

class manual_clock : public runtime::wall_clock {
public:
  runtime::unix_ms now() const override { return now_; }
  void pass(std::int64_t ms) { now_ += ms; }

private:
  runtime::unix_ms now_ = 1'700'000'000'000;
};

} // namespace orderd::test
