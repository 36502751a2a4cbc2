#include "tests/bench/latency_samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace orderd::bench {

void latency_samples::add(std::chrono::nanoseconds latency) {
  const auto us = std::chrono::round<std::chrono::microseconds>(latency).count();
  samples_us_.push_back(
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, std::numeric_limits<std::uint32_t>::max())));
  sorted_ = false;
}

std::uint32_t latency_samples::percentile_us(double share) {
  if (samples_us_.empty())
    return 0;
  if (!sorted_)
    std::sort(samples_us_.begin(), samples_us_.end());
  sorted_ = true;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(samples_us_.size())));
  return samples_us_[std::clamp<std::size_t>(rank, 1, samples_us_.size()) - 1];
}

std::uint32_t latency_samples::max_us() const noexcept {
  return samples_us_.empty() ? 0 : *std::max_element(samples_us_.begin(), samples_us_.end());
}

double latency_samples::mean_us() const noexcept {
  if (samples_us_.empty())
    return 0;
  return std::accumulate(samples_us_.begin(), samples_us_.end(), 0.0)
         / static_cast<double>(samples_us_.size());
}

} // namespace orderd::bench
