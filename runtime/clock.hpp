// The port to wall-clock time. Timeouts and delays use the actor system's clock instead, which the
// deterministic scheduler replaces by itself.
#pragma once

#include "runtime/row.hpp"

namespace orderd::runtime {

class wall_clock {
public:
  virtual ~wall_clock() = default;
  /// Now, in milliseconds since the Unix epoch. May jump; shards never go back. Any thread.
  virtual unix_ms now() const = 0;
};

/// The operating system's clock.
class system_wall_clock : public wall_clock {
public:
  unix_ms now() const override;
};

} // namespace orderd::runtime
