// The port to wall-clock time. Timeouts and delays use the actor system's clock instead, which the
// deterministic scheduler replaces by itself.
#pragma once

#include "runtime/row.hpp"

#include <chrono>
#include <mutex>

namespace orderd::runtime {

class wall_clock {
public:
  virtual ~wall_clock() = default;
  /// Now, in milliseconds since the Unix epoch. Never goes back. Any thread.
  virtual unix_ms now() const = 0;
};

/// Wall-clock time that never goes back. When the operating system's clock is set back, by an hour say,
/// deadlines and delays must neither stand still for that hour nor fire early: this time goes on at half
/// speed until the other has caught up. A step forward is taken at once. Pure; no locks.
class slewed_time {
public:
  /// `steady`: of a clock that is never set. `wall`: the operating system's, since the Unix epoch.
  std::chrono::nanoseconds at(std::chrono::nanoseconds steady, std::chrono::nanoseconds wall);

private:
  std::chrono::nanoseconds steady_{0}; ///< at the last call
  std::chrono::nanoseconds shown_{0};  ///< what the last call said
};

/// The operating system's clock, slewed. One object a process: two may differ while one catches up.
class system_wall_clock : public wall_clock {
public:
  unix_ms now() const override;

private:
  mutable std::mutex lock_;
  mutable slewed_time time_;
};

} // namespace orderd::runtime
