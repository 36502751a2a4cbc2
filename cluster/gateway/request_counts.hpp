// Counts the requests of a node by type and outcome, and the time that they took, for Prometheus.
#pragma once

#include "cluster/gateway/session.hpp"
#include "runtime/base/metrics.hpp"

#include <chrono>
#include <string_view>

namespace orderd::cluster {

class counting_observer : public session_observer {
public:
  explicit counting_observer(runtime::metrics& metrics) : metrics_(metrics) {}
  void answered(std::string_view type, runtime::reply_outcome outcome,
                std::chrono::nanoseconds took) override {
    metrics_.requests.at(type, to_string(outcome)).Increment();
    metrics_.request_duration.observe(took);
  }

private:
  runtime::metrics& metrics_;
};

} // namespace orderd::cluster
