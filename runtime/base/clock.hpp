// The port to time: one moment on the two clocks of a machine. Timeouts and delays of actors use the actor
// system's clock instead, which the deterministic scheduler replaces by itself.
#pragma once

#include <chrono>
#include <cstdint>

namespace orderd::runtime {

/// Milliseconds since the Unix epoch.
using unix_ms = std::int64_t;

/// A moment of a clock that nobody sets. Rules take it as an argument, so that a test has its own.
using steady_time = std::chrono::steady_clock::time_point;

struct instant {
  /// Of a clock that nobody sets: from any start, never falling, and counting while the machine is suspended.
  /// All durations and deadlines of a process.
  std::int64_t monotone_ms = 0;
  /// The operating system's time since the Unix epoch. May be wrong by years and jump either way: nothing is
  /// decided by it but how fast a shard's time runs (shard_clock.hpp).
  unix_ms wall_ms = 0;
};

class node_clock {
public:
  virtual ~node_clock() = default;
  /// Any thread.
  virtual instant now() const = 0;
};

/// The operating system's clocks.
class system_node_clock : public node_clock {
public:
  instant now() const override;
};

} // namespace orderd::runtime
