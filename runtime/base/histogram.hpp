// A histogram whose observation costs two relaxed atomic additions.
//
// The one of prometheus-cpp locks a mutex for every value; here a shard observes several values for each
// order, tens of thousands of times a second. Values are whole numbers (nanoseconds, bytes, rows) and are
// scaled to the unit of the metric when they are read.
//
// *Concurrency*: all members from any thread. A reading taken during an observation may have the count of
// it and not yet the sum.
#pragma once

#include <prometheus/client_metric.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace orderd::runtime {

class histogram {
public:
  /// `bounds`: inclusive upper bounds, ascending, in the unit of `observe`. `scale` turns that unit into
  /// the metric's, e.g. 1e-9 for nanoseconds shown as seconds.
  histogram(std::vector<std::uint64_t> bounds, double scale);

  /// For durations, shown in seconds: 15 bounds from 100 microseconds to 10 seconds.
  static histogram of_durations();

  /// For sizes and counts: powers of four from 1 up to the last that is not above `max`.
  static histogram of_sizes(std::uint64_t max);

  /// Counts `value`, `times` times.
  void observe(std::uint64_t value, std::uint64_t times = 1) noexcept;

  /// Counts a duration (a negative one as zero). Only for histograms of durations.
  void observe(std::chrono::nanoseconds value, std::uint64_t times = 1) noexcept;

  /// The counts so far, in the form that Prometheus reads.
  prometheus::ClientMetric collect() const;

  /// The counts so far: one a bound, of the values up to it and above the one before, and one above the last.
  std::vector<std::uint64_t> counts() const;
  const std::vector<std::uint64_t>& bounds() const noexcept { return bounds_; }

private:
  std::vector<std::uint64_t> bounds_;
  double scale_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_; ///< one a bound, and one above the last
  std::unique_ptr<std::atomic<std::uint64_t>> sum_;
};

/// The value below which that share (0 to 1) of the counted ones lies, as if those of a bucket lay evenly in
/// it; above the last bound that bound. 0: nothing is counted. As histogram_quantile of Prometheus.
double quantile(const std::vector<std::uint64_t>& bounds, const std::vector<std::uint64_t>& counts,
                double share);

} // namespace orderd::runtime
