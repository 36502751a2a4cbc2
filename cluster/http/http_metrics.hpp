// What the HTTP server of a node counts, for Prometheus.
#pragma once

#include "runtime/base/histogram.hpp"
#include "runtime/base/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <vector>

namespace orderd::cluster {

class http_metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families

public:
  /// orderd_http_requests_total{route,code}: answered; route as in routes.cpp, "none" where there is none.
  runtime::labelled<runtime::counter> requests{prometheus::BuildCounter()
                                                   .Name("orderd_http_requests_total")
                                                   .Help("Requests over HTTP, by route and status.")
                                                   .Register(registry_),
                                               "route", "code"};
  /// orderd_http_refusals_total{reason}: requests and connections that were refused before anything was
  /// asked: full, evicted, overloaded, timed_out, malformed, header_too_large, body_too_large, foreign_host,
  /// foreign_origin, unsupported_media_type, starting.
  runtime::labelled<runtime::counter> refusals{
      prometheus::BuildCounter()
          .Name("orderd_http_refusals_total")
          .Help("Requests over HTTP, and connections, that were refused before anything was asked.")
          .Register(registry_),
      "reason"};
  /// orderd_http_connections: open.
  runtime::gauge& connections = prometheus::BuildGauge()
                                    .Name("orderd_http_connections")
                                    .Help("Open connections for HTTP.")
                                    .Register(registry_)
                                    .Add({});
  /// orderd_http_request_duration_seconds: from the last byte of a request to its response.
  runtime::histogram duration = runtime::histogram::of_durations();

  std::vector<prometheus::MetricFamily> Collect() const override {
    auto all = registry_.Collect();
    all.push_back({"orderd_http_request_duration_seconds",
                   "From the last byte of a request over HTTP to its response.",
                   prometheus::MetricType::Histogram,
                   {duration.collect()}});
    return all;
  }
};

} // namespace orderd::cluster
