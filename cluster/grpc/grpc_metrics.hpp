// What the gRPC door counts, for Prometheus.
#pragma once

#include "cluster/grpc/methods.hpp"
#include "runtime/base/metrics.hpp"

#include <vector>

namespace orderd::cluster {

class grpc_metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families

public:
  grpc_metrics() {
    for (const auto& each : methods::all)
      requests.at(each.name, "OK");
    requests.at(exchange_name, "OK");
  }

  /// orderd_grpc_requests_total{method,code}: unary calls by the status that they ended with, and the
  /// requests of streams (method Exchange) by the status that a unary call would have got.
  runtime::labelled<runtime::counter> requests{
      prometheus::BuildCounter()
          .Name("orderd_grpc_requests_total")
          .Help("Requests that came by gRPC, by method and status; those in streams count as Exchange.")
          .Register(registry_),
      "method", "code"};

  std::vector<prometheus::MetricFamily> Collect() const override { return registry_.Collect(); }
};

} // namespace orderd::cluster
