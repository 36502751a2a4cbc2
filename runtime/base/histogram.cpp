#include "runtime/base/histogram.hpp"

#include "runtime/base/result.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace orderd::runtime {

histogram::histogram(std::vector<std::uint64_t> bounds, double scale)
    : bounds_(std::move(bounds)), scale_(scale),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)),
      sum_(std::make_unique<std::atomic<std::uint64_t>>(0)) {
  require(std::adjacent_find(bounds_.begin(), bounds_.end(), std::greater_equal<>{}) == bounds_.end(),
          "histogram bounds must ascend");
}

histogram histogram::of_durations() {
  constexpr std::uint64_t ms = 1'000'000;
  return {{ms / 10, ms / 4, ms / 2, ms, 2 * ms, 5 * ms, 10 * ms, 25 * ms, 50 * ms, 100 * ms, 250 * ms,
           500 * ms, 1'000 * ms, 2'500 * ms, 10'000 * ms},
          1e-9};
}

histogram histogram::of_sizes(std::uint64_t max) {
  std::vector<std::uint64_t> bounds;
  for (std::uint64_t bound = 1; bound <= max; bound *= 4)
    bounds.push_back(bound);
  return {std::move(bounds), 1};
}

void histogram::observe(std::uint64_t value, std::uint64_t times) noexcept {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(times, std::memory_order_relaxed);
  sum_->fetch_add(value * times, std::memory_order_relaxed);
}

void histogram::observe(std::chrono::nanoseconds value, std::uint64_t times) noexcept {
  observe(static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0)), times);
}

prometheus::ClientMetric histogram::collect() const {
  prometheus::ClientMetric metric;
  auto& out = metric.histogram;
  out.sample_sum = static_cast<double>(sum_->load(std::memory_order_relaxed)) * scale_;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    out.sample_count += counts_[i].load(std::memory_order_relaxed);
    const auto bound = i < bounds_.size() ? static_cast<double>(bounds_[i]) * scale_
                                          : std::numeric_limits<double>::infinity();
    out.bucket.push_back({out.sample_count, bound});
  }
  return metric;
}

std::vector<std::uint64_t> histogram::counts() const {
  std::vector<std::uint64_t> all(bounds_.size() + 1);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = counts_[i].load(std::memory_order_relaxed);
  return all;
}

double quantile(const std::vector<std::uint64_t>& bounds, const std::vector<std::uint64_t>& counts,
                double share) {
  const auto all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  const auto wanted = share * static_cast<double>(all);
  double below = 0;
  for (std::size_t i = 0; i < bounds.size() && all != 0; ++i) {
    const auto here = static_cast<double>(counts[i]);
    const auto first = i == 0 ? 0.0 : static_cast<double>(bounds[i - 1]);
    if (here > 0 && below + here >= wanted)
      return first + (static_cast<double>(bounds[i]) - first) * (wanted - below) / here;
    below += here;
  }
  return all == 0 ? 0 : static_cast<double>(bounds.back());
}

} // namespace orderd::runtime
