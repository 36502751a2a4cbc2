// When orders of an open loop are due: evenly spaced, whatever the node does.
#pragma once

#include <chrono>
#include <cstdint>

namespace orderd::bench {

/// Arrival i (from 0) is due i / rate seconds after the start. Latency counted from that moment keeps
/// a stalled node from hiding the orders that it kept from being sent (coordinated omission).
class arrival_schedule {
public:
  /// Pre: rate_per_s > 0.
  explicit arrival_schedule(double rate_per_s) noexcept : rate_per_s_(rate_per_s) {}

  std::chrono::nanoseconds due_at(std::uint64_t arrival) const noexcept;

  /// How many arrivals are due by `since_start`, its own instant included; 0 before the start.
  std::uint64_t due_by(std::chrono::nanoseconds since_start) const noexcept;

private:
  double rate_per_s_;
};

} // namespace orderd::bench
