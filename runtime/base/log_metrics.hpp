// What the log counts, for Prometheus.
#pragma once

#include "runtime/base/log.hpp"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

#include <vector>

namespace orderd::runtime {

/// orderd_log_lines_total{level}: lines that the process said, those included that were left out as repeats.
///
/// *Concurrency*: any thread.
class log_metrics : public prometheus::Collectable {
public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::MetricFamily all{"orderd_log_lines_total",
                                 "Log lines, those included that were left out as repeats.",
                                 prometheus::MetricType::Counter,
                                 {}};
    for (const auto what : {log::level::debug, log::level::info, log::level::warning, log::level::error}) {
      prometheus::ClientMetric one;
      one.label.push_back({"level", std::string{log::name_of(what)}});
      one.counter.value = static_cast<double>(log::lines_said(what));
      all.metric.push_back(std::move(one));
    }
    return {std::move(all)};
  }
};

} // namespace orderd::runtime
