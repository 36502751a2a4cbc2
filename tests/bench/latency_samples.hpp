// Every latency of a run, for exact percentiles.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace orderd::bench {

/// Keeps 4 bytes a sample, in whole microseconds; above 71 minutes a sample counts as 71 minutes.
class latency_samples {
public:
  void add(std::chrono::nanoseconds latency);

  std::uint64_t count() const noexcept { return samples_us_.size(); }

  /// The smallest sample that at least `share` (0 to 1) of all do not exceed; 0 without samples.
  /// Sorts when samples came in since the last call.
  std::uint32_t percentile_us(double share);

  std::uint32_t max_us() const noexcept;
  double mean_us() const noexcept;

private:
  std::vector<std::uint32_t> samples_us_;
  bool sorted_ = true;
};

} // namespace orderd::bench
