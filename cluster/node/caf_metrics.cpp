#include "cluster/node/caf_metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

namespace orderd::cluster {

namespace {

namespace telemetry = caf::telemetry;
using prometheus::ClientMetric;
using prometheus::MetricType;

struct shown_family {
  std::string_view prefix;
  std::string_view name;
};

constexpr std::array<shown_family, 7> shown_families{{{"caf.system", "running-actors"},
                                                      {"caf.system", "queued-messages"},
                                                      {"caf.system", "processed-messages"},
                                                      {"caf.system", "rejected-messages"},
                                                      {"caf.actor", "mailbox-size"},
                                                      {"caf.actor", "mailbox-time"},
                                                      {"caf.actor", "processing-time"}}};

template <class Value>
double value_of(const Value& what) {
  return static_cast<double>(what.value());
}

/// CAF counts each bucket by itself, Prometheus all below it too.
template <class Histogram>
ClientMetric buckets_of(const Histogram& what) {
  ClientMetric metric;
  auto& out = metric.histogram;
  for (const auto& bucket : what.buckets()) {
    out.sample_count += static_cast<std::uint64_t>(bucket.count.value());
    out.bucket.push_back({out.sample_count, static_cast<double>(bucket.upper_bound)});
  }
  out.sample_sum = static_cast<double>(what.sum());
  return metric;
}

/// Told of each metric by the registry, family by family.
class collector {
public:
  void operator()(const telemetry::metric_family* of, const telemetry::metric* one,
                  const telemetry::int_counter* what) {
    count(*of, *one, value_of(*what));
  }
  void operator()(const telemetry::metric_family* of, const telemetry::metric* one,
                  const telemetry::dbl_counter* what) {
    count(*of, *one, value_of(*what));
  }
  void operator()(const telemetry::metric_family* of, const telemetry::metric* one,
                  const telemetry::int_gauge* what) {
    show(*of, *one, value_of(*what));
  }
  void operator()(const telemetry::metric_family* of, const telemetry::metric* one,
                  const telemetry::dbl_gauge* what) {
    show(*of, *one, value_of(*what));
  }
  void operator()(const telemetry::metric_family* of, const telemetry::metric* one,
                  const telemetry::int_histogram* what) {
    add(*of, *one, MetricType::Histogram, buckets_of(*what));
  }
  void operator()(const telemetry::metric_family* of, const telemetry::metric* one,
                  const telemetry::dbl_histogram* what) {
    add(*of, *one, MetricType::Histogram, buckets_of(*what));
  }

  std::vector<prometheus::MetricFamily> families;

private:
  void count(const telemetry::metric_family& of, const telemetry::metric& one, double value) {
    ClientMetric metric;
    metric.counter.value = value;
    add(of, one, MetricType::Counter, std::move(metric));
  }
  void show(const telemetry::metric_family& of, const telemetry::metric& one, double value) {
    ClientMetric metric;
    metric.gauge.value = value;
    add(of, one, MetricType::Gauge, std::move(metric));
  }
  void add(const telemetry::metric_family& of, const telemetry::metric& one, MetricType type,
           ClientMetric metric) {
    auto name = caf_metric_name(of.prefix(), of.name(), of.unit(), type == MetricType::Counter);
    if (name.empty())
      return;
    for (const auto& label : one.labels())
      metric.label.push_back({std::string{label.name().data(), label.name().size()},
                              std::string{label.value().data(), label.value().size()}});
    if (families.empty() || families.back().name != name)
      families.push_back({std::move(name), of.helptext(), type, {}});
    families.back().metric.push_back(std::move(metric));
  }
};

} // namespace

std::string caf_metric_name(std::string_view prefix, std::string_view name, std::string_view unit,
                            bool counts) {
  if (std::none_of(shown_families.begin(), shown_families.end(),
                   [&](const auto& each) { return each.prefix == prefix && each.name == name; }))
    return {};
  auto made = std::string{prefix} + '_' + std::string{name};
  if (unit != "1") // of what has none
    made += '_' + std::string{unit};
  if (counts)
    made += "_total";
  std::replace_if(
      made.begin(), made.end(), [](char letter) { return letter == '.' || letter == '-'; }, '_');
  return made;
}

std::vector<prometheus::MetricFamily> families_of(const telemetry::metric_registry& from) {
  collector all;
  from.collect(all);
  return std::move(all.families);
}

/// Outlives the registry where the page for Prometheus does.
class caf_metrics::shown : public prometheus::Collectable {
public:
  explicit shown(const telemetry::metric_registry& from) : from_(&from) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard lock{mutex_};
    return from_ ? families_of(*from_) : std::vector<prometheus::MetricFamily>{};
  }
  void let_go() {
    const std::lock_guard lock{mutex_};
    from_ = nullptr;
  }

private:
  mutable std::mutex mutex_;
  const telemetry::metric_registry* from_;
};

caf_metrics::caf_metrics(const telemetry::metric_registry& from) : shown_(std::make_shared<shown>(from)) {}

caf_metrics::~caf_metrics() {
  shown_->let_go();
}

std::shared_ptr<prometheus::Collectable> caf_metrics::page() const {
  return shown_;
}

} // namespace orderd::cluster
