// Counts the requests of a node by type and outcome, and the time that they took, for Prometheus.
#pragma once

#include "cluster/gateway/session.hpp"
#include "runtime/base/metrics.hpp"

#include <chrono>
#include <string_view>

namespace orderd::cluster {

class counting_observer : public session_observer {
public:
  explicit counting_observer(runtime::metrics& numbers) : numbers_(numbers) {}
  void answered(std::string_view type, std::string_view outcome, std::chrono::nanoseconds took) override {
    numbers_.requests.at(type, outcome).Increment();
    numbers_.request_duration.observe(took);
  }

private:
  runtime::metrics& numbers_;
};

} // namespace orderd::cluster
