#include "tests/bench/distribution.hpp"

#include <algorithm>
#include <cmath>

namespace orderd::bench {

std::uint32_t value_at(std::span<const knot> curve, double share) noexcept {
  const auto above = std::upper_bound(curve.begin(), curve.end(), share,
                                      [](double wanted, const knot& k) { return wanted < k.share; });
  if (above == curve.begin())
    return static_cast<std::uint32_t>(std::lround(curve.front().value));
  if (above == curve.end())
    return static_cast<std::uint32_t>(std::lround(curve.back().value));
  const knot& low = *(above - 1);
  const double part = (share - low.share) / (above->share - low.share);
  return static_cast<std::uint32_t>(std::lround(low.value + part * (above->value - low.value)));
}

} // namespace orderd::bench
