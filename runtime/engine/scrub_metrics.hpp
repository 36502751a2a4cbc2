// What the scrub of a node counts, for Prometheus.
#pragma once

#include "runtime/base/metrics.hpp"

#include <vector>

namespace orderd::runtime {

class scrub_metrics : public prometheus::Collectable {
private:
  prometheus::Registry registry_; // before the members that refer to its families

  counter& count(const char* name, const char* help, const prometheus::Labels& labels = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels);
  }
  counter& damage_in(const char* store) {
    return count("orderd_scrub_damage_total",
                 "Pages, rows and records found not to be what was written, by the kind of store.",
                 {{"store", store}});
  }
  gauge& show(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add({});
  }

public:
  /// orderd_scrub_pages_total.
  counter& pages = count("orderd_scrub_pages_total",
                         "Pages of states and journal read against their checksums while the node runs.");
  /// orderd_scrub_progress_ratio: 0 between rounds.
  gauge& progress = show("orderd_scrub_progress_ratio",
                         "Share of states and journal that the round under way has looked through, 0 to 1.");
  /// orderd_scrub_finished_timestamp_seconds: by the wall clock; the start of a node reads every page too. 0:
  /// they are not.
  gauge& finished = show("orderd_scrub_finished_timestamp_seconds",
                         "When states and journal were last looked through; 0: never.");
  /// orderd_scrub_damage_total.
  counter& damage = damage_in("state");
  counter& journal_damage = damage_in("journal");

  std::vector<prometheus::MetricFamily> Collect() const override { return registry_.Collect(); }
};

} // namespace orderd::runtime
