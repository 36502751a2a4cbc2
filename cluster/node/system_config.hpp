// How orderd sets CAF up.
#pragma once

#include "config/settings.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <string>
#include <vector>

namespace orderd::cluster {

class system_config : public caf::actor_system_config {
public:
  explicit system_config(const config::node_settings& settings) {
    load<caf::io::middleman>();
    // Work stealing walks a victim's queue under locks; shards are few and always worth waking for.
    set("caf.scheduler.policy", "sharing");
    set("caf.scheduler.max-threads", settings.workers);
    set("caf.scheduler.max-throughput", 50);
    set("caf.middleman.workers", 0); // only BASP would use them
    // Mailboxes that are measured (caf_metrics.hpp): applier, directory, gateway, journal, node, peers,
    // provider. One pattern, by first letters: each order's actor is compared with all of them when it is
    // made. Not the replica hosts: the messages of orders pass through those, and the stages of a request say
    // how long.
    set("caf.metrics-filters.actors.includes", std::vector<std::string>{"orderd.[adgjnp]*"});
  }
};

} // namespace orderd::cluster
