// What a node counts of its talk with other nodes, for Prometheus. As runtime/metrics.hpp; a node of its own
// has none of it.
#pragma once

#include "runtime/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <vector>

namespace orderd::cluster {

class peer_metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families

public:
  peer_metrics();

  /// orderd_peer_bytes_total, orderd_peer_messages_total {direction,node}: direction out or in (peers).
  runtime::labelled<runtime::counter> bytes;
  runtime::labelled<runtime::counter> messages;
  /// orderd_peer_drops_total{node,reason}: messages that were not sent: no_link, full, too_large (peers).
  runtime::labelled<runtime::counter> drops;
  /// orderd_peer_link_up{node}: 1 while messages to that node go out (peers).
  runtime::labelled<runtime::gauge> link_up;
  /// orderd_beacons_total{kind}: sent, heard, ignored (beacons).
  runtime::labelled<runtime::counter> beacons;

  std::vector<prometheus::MetricFamily> Collect() const override { return registry_.Collect(); }
};

} // namespace orderd::cluster
