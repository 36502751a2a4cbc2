// What CAF counts of its actors, shown on the page for Prometheus under CAF's names with an underscore for
// each point and dash: caf_system_running_actors, caf_system_queued_messages,
// caf_system_processed_messages_total, caf_system_rejected_messages_total; and by the name of an actor
// caf_actor_mailbox_size, caf_actor_mailbox_time_seconds, caf_actor_processing_time_seconds, for the actors
// of which there is one a node (system_config.hpp says which).
//
// *Operation*: made when the actor system is there, and gone before it: from then on its page shows nothing,
// for as long as others hold it. Only families of the list above are shown, whatever a later CAF counts.
//
// *Concurrency*: any thread.
#pragma once

#include <caf/telemetry/metric_registry.hpp>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

/// The name that a family of CAF has on the page; empty: it is not shown. `unit` and `counts`: as CAF says.
std::string caf_metric_name(std::string_view prefix, std::string_view name, std::string_view unit,
                            bool counts);

/// Those that are shown of a registry.
std::vector<prometheus::MetricFamily> families_of(const caf::telemetry::metric_registry& from);

class caf_metrics {
public:
  /// `from` must outlive it.
  explicit caf_metrics(const caf::telemetry::metric_registry& from);
  caf_metrics(const caf_metrics&) = delete;
  caf_metrics& operator=(const caf_metrics&) = delete;
  ~caf_metrics();

  std::shared_ptr<prometheus::Collectable> page() const;

private:
  class shown;
  std::shared_ptr<shown> shown_;
};

} // namespace orderd::cluster
