// How much of what all connections of a node may hold together is held, for Prometheus.
#pragma once

#include "cluster/gateway/connection_metrics.hpp"
#include "config/connection_limits.hpp"
#include "runtime/base/metrics.hpp"

#include <cstddef>

namespace orderd::cluster {

/// Takes its gauges once; `page` and `connections` must outlive it.
class budgets_shown {
public:
  budgets_shown(runtime::metrics& page, connection_metrics& connections, std::size_t connections_max)
      : in_flight_(connections), connections_max_(connections_max),
        connections_(page.saturation.at("connections")), requests_(page.saturation.at("requests")),
        replies_(page.saturation.at("replies")) {}

  struct held {
    std::size_t connections = 0;
    std::size_t unfinished = 0; ///< bytes, as the others
    std::size_t unanswered = 0;
    std::size_t unread = 0;
  };
  void show(const held& now) {
    in_flight_.unfinished.Set(static_cast<double>(now.unfinished));
    in_flight_.unanswered.Set(static_cast<double>(now.unanswered));
    in_flight_.unread.Set(static_cast<double>(now.unread));
    connections_.Set(share(now.connections, connections_max_));
    requests_.Set(share(now.unanswered, limits::unanswered_bytes_max));
    replies_.Set(share(now.unread, limits::unread_bytes_max));
  }

private:
  static double share(std::size_t used, std::size_t most) {
    return static_cast<double>(used) / static_cast<double>(most);
  }

  connection_metrics& in_flight_;
  std::size_t connections_max_;
  runtime::gauge& connections_;
  runtime::gauge& requests_;
  runtime::gauge& replies_;
};

} // namespace orderd::cluster
