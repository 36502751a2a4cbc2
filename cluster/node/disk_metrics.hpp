// What a node of a cluster shows of its disk, for Prometheus.
#pragma once

#include "runtime/base/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <vector>

namespace orderd::cluster {

class disk_metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families

public:
  /// orderd_disk_starts_total{outcome}: 1 for what this start was (start_verdict.hpp); set once.
  runtime::labelled<runtime::counter> starts{prometheus::BuildCounter()
                                                 .Name("orderd_disk_starts_total")
                                                 .Help("What this start made of the node's disk.")
                                                 .Register(registry_),
                                             "outcome"};
  /// orderd_given_up_disks{node}: disks that are kept in given-up in the data folder; set once.
  runtime::labelled<runtime::gauge> given_up{
      prometheus::BuildGauge()
          .Name("orderd_given_up_disks")
          .Help("Disks of this node that were given up and are kept in its data folder.")
          .Register(registry_),
      "node"};
  /// orderd_held_configuration_trouble{kind}: of the file held_store.hpp. damaged: this start could not read
  /// it; unwritten: the last writing of it failed.
  runtime::labelled<runtime::gauge> held_trouble{
      prometheus::BuildGauge()
          .Name("orderd_held_configuration_trouble")
          .Help("1: what this node holds of the configuration store could not be read, or written.")
          .Register(registry_),
      "kind"};

  std::vector<prometheus::MetricFamily> Collect() const override { return registry_.Collect(); }
};

} // namespace orderd::cluster
