// What a node counts of its connections, for Prometheus.
#pragma once

#include "config/connection_limits.hpp"
#include "runtime/base/metrics.hpp"

#include <cstddef>
#include <vector>

namespace orderd::cluster {

class connection_metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families
  prometheus::Family<runtime::counter>& closed_ =
      prometheus::BuildCounter()
          .Name("orderd_connections_closed_total")
          .Help("Client connections that the node closed, by the reason.")
          .Register(registry_);

  prometheus::Family<runtime::gauge>& in_flight_ =
      prometheus::BuildGauge()
          .Name("orderd_bytes_in_flight")
          .Help("Bytes that all client connections hold together, by the budget for them.")
          .Register(registry_);
  prometheus::Family<runtime::gauge>& in_flight_max_ =
      prometheus::BuildGauge()
          .Name("orderd_bytes_in_flight_max")
          .Help("Bytes that all client connections may hold together, by the budget for them.")
          .Register(registry_);

  runtime::gauge& budget(const char* name, std::size_t bytes_max) {
    in_flight_max_.Add({{"budget", name}}).Set(static_cast<double>(bytes_max));
    return in_flight_.Add({{"budget", name}});
  }

  runtime::counter& closed_for(const char* reason) { return closed_.Add({{"reason", reason}}); }

public:
  /// orderd_connections_closed_total{reason}: by the gateway. Shown from the start, so that a first one is a
  /// rise.
  runtime::counter& no_hello_place = closed_for("no_hello_place"); ///< newer ones needed its place
  runtime::counter& idle = closed_for("idle");                     ///< the same, after HELLO
  runtime::counter& node_full = closed_for("node_full");
  runtime::counter& address_full = closed_for("address_full");
  runtime::counter& slow_frame = closed_for("slow_frame"); ///< others needed what its unfinished frame held
  runtime::counter& no_frame_room = closed_for("no_frame_room"); ///< its large frame found no room
  runtime::counter& slow_reader = closed_for("slow_reader");
  runtime::counter& refused = closed_for("refused"); ///< its session ended it: what it sent, or a time limit
  runtime::counter& unread_refusal = closed_for("unread_refusal"); ///< before it had its time to read why

  /// orderd_bytes_in_flight{budget}, orderd_bytes_in_flight_max{budget}: set by the gateway, some times a
  /// second.
  runtime::gauge& unfinished = budget("unfinished_frames", limits::unfinished_bytes_max);
  runtime::gauge& unanswered = budget("requests", limits::unanswered_bytes_max);
  runtime::gauge& unread = budget("replies", limits::unread_bytes_max);

  std::vector<prometheus::MetricFamily> Collect() const override { return registry_.Collect(); }
};

} // namespace orderd::cluster
