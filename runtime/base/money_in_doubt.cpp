#include "runtime/base/money_in_doubt.hpp"

#include <prometheus/metric_type.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace orderd::runtime {

void money_in_doubt::show(std::uint32_t shard, std::vector<doubt_sum> now) {
  const std::lock_guard lock{mutex_};
  for (const auto& each : now)
    seen_.insert(each.currency);
  by_shard_[shard] = std::move(now);
}

std::vector<doubt_sum> money_in_doubt::total() const {
  const std::lock_guard lock{mutex_};
  std::map<std::string, doubt_sum> sums;
  for (const auto& currency : seen_)
    sums[currency].currency = currency;
  for (const auto& [shard, all] : by_shard_)
    for (const auto& each : all) {
      auto& sum = sums[each.currency];
      sum.payments += each.payments;
      if (__builtin_add_overflow(sum.amount_minor, each.amount_minor, &sum.amount_minor))
        sum.amount_minor = std::numeric_limits<std::int64_t>::max();
      sum.oldest_ms = std::max(sum.oldest_ms, each.oldest_ms);
    }
  std::vector<doubt_sum> out;
  out.reserve(sums.size());
  for (auto& [currency, sum] : sums)
    out.push_back(std::move(sum));
  return out;
}

std::vector<prometheus::MetricFamily> money_in_doubt::Collect() const {
  using prometheus::MetricType;
  prometheus::MetricFamily payments{"orderd_money_in_doubt_payments",
                                    "Card payments that the provider did not answer.",
                                    MetricType::Gauge,
                                    {}};
  prometheus::MetricFamily amount{"orderd_money_in_doubt_minor",
                                  "What these payments come to, in minor units of the currency.",
                                  MetricType::Gauge,
                                  {}};
  prometheus::MetricFamily oldest{"orderd_money_in_doubt_oldest_seconds",
                                  "Age of the oldest order that one of these payments is for.",
                                  MetricType::Gauge,
                                  {}};
  const auto add = [](prometheus::MetricFamily& to, const std::string& currency, double value) {
    prometheus::ClientMetric metric;
    metric.label.push_back({"currency", currency});
    metric.gauge.value = value;
    to.metric.push_back(std::move(metric));
  };
  const auto sums = total();
  if (sums.empty())
    return {};
  for (const auto& each : sums) {
    add(payments, each.currency, static_cast<double>(each.payments));
    add(amount, each.currency, static_cast<double>(each.amount_minor));
    add(oldest, each.currency, static_cast<double>(each.oldest_ms) / 1e3);
  }
  return {std::move(payments), std::move(amount), std::move(oldest)};
}

} // namespace orderd::runtime
