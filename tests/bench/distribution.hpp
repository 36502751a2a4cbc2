// Drawing from a measured distribution that is kept as a few knots of its cumulative curve.
#pragma once

#include <cstdint>
#include <span>

namespace orderd::bench {

/// One point of a cumulative curve: up to `value` lies this share (0 to 1) of all.
struct knot {
  double share = 0;
  double value = 0;
};

/// The value below which `share` (0 to 1, else clamped) of all lies: linear between two knots, rounded.
/// Pre: the knots rise in both fields and the last has share 1; below the first knot its value counts.
/// Feeding evenly distributed shares draws from the distribution.
std::uint32_t value_at(std::span<const knot> curve, double share) noexcept;

} // namespace orderd::bench
