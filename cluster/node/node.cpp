#include "cluster/node/node.hpp"

#include "cluster/node/node_actor.hpp"
#include "cluster/node/node_parts.hpp"
#include "cluster/node/ownership.hpp"
#include "runtime/base/log.hpp"
#include "runtime/engine/applier_actor.hpp"
#include "runtime/engine/journal_actor.hpp"
#include "runtime/engine/provider_actor.hpp"
#include "runtime/engine/shard_actor.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace orderd::cluster {

namespace {

using std::chrono::milliseconds;

/// The one node of a static configuration, on the disk it was made with.
constexpr runtime::replica_id the_only_replica{0, 1};

runtime::result<caf::actor> spawn_shard(caf::actor_system& system, const config::node_settings& settings,
                                        node_ports& ports, const node& peers, std::uint32_t shard,
                                        blocking_actors where) {
  const auto owned = own_shard(ports.configuration, shard, the_only_replica);
  if (!owned)
    return owned.error();
  auto reader = ports.disk.state(shard).reader();
  if (!reader)
    return reader.error();
  auto options = engine_options(settings, the_only_replica, shard, ports.disk.shards(), where);
  options.term = owned->term;
  options.last = ports.recovered[shard].last;
  return system.spawn<runtime::shard_actor>(runtime::shard_dependencies{.run = {.options = options,
                                                                                .form = settings.entities,
                                                                                .rules = ports.rules,
                                                                                .clock = ports.clock,
                                                                                .metrics = ports.metrics,
                                                                                .reader = *std::move(reader)},
                                                                        .journal = peers.journal,
                                                                        .applier = peers.applier,
                                                                        .provider = peers.provider_worker,
                                                                        .fatal = ports.fatal});
}

} // namespace

void show_damage(const runtime::storage& disk, runtime::metrics& metrics) {
  for (std::uint32_t shard = 0; shard < disk.shards(); ++shard) {
    const auto found = disk.damage(shard);
    metrics.corrected_pages.at(shard).Set(static_cast<double>(found.corrected_pages));
    metrics.state_salvaged.at(shard).Set(found.salvaged ? 1 : 0);
    metrics.lost_ranges.at(shard).Set(static_cast<double>(found.lost_ranges));
  }
}

shared_actors spawn_shared(caf::actor_system& system, const config::node_settings& settings,
                           const node_ports& ports, blocking_actors where) {
  show_damage(ports.disk, ports.metrics);
  shared_actors made;
  made.journal =
      spawn_blocking<runtime::journal_actor>(system, where, ports.disk.journal(), ports.metrics, ports.fatal);
  runtime::applier_options applying;
  applying.interval = milliseconds{settings.apply_interval_ms};
  made.applier = spawn_blocking<runtime::applier_actor>(system, where, ports.disk, made.journal,
                                                        ports.metrics, applying, ports.fatal);
  runtime::provider_worker_options calling;
  calling.gate.concurrency = settings.provider.concurrency;
  calling.timeout = milliseconds{settings.provider.timeout_ms};
  made.provider_worker = system.spawn<runtime::provider_actor>(ports.provider, ports.metrics, calling);
  return made;
}

caf::actor spawn_scrub(caf::actor_system& system, const config::node_settings& settings,
                       const node_ports& ports, runtime::damage_handler damaged) {
  if (!ports.scrubbed)
    return nullptr;
  using part = runtime::scrubbed_part;
  std::vector<part> parts;
  const auto add = [&](auto& store, part::kind is, std::uint32_t shard) {
    auto* const looked_through = dynamic_cast<runtime::scrubbed_store*>(&store);
    runtime::require(looked_through, "a store that cannot be looked through");
    parts.push_back({looked_through, is, shard});
  };
  for (std::uint32_t shard = 0; shard < ports.disk.shards(); ++shard)
    add(ports.disk.state(shard), part::kind::state, shard);
  add(ports.disk.journal(), part::kind::journal, 0);
  auto made = system.spawn<runtime::scrub_actor, caf::detached>(
      std::move(parts), ports.clock, *ports.scrubbed,
      runtime::scrub_options{settings.scrub_hours, settings.scrub_mb_s}, std::move(damaged));
  end_node_with(made, "scrub", ports.fatal);
  return made;
}

runtime::shard_options engine_options(const config::node_settings& settings, const runtime::replica_id& self,
                                      std::uint32_t shard, std::uint32_t shards, blocking_actors where) {
  runtime::shard_options options;
  options.shard = shard;
  options.shards = shards;
  options.self = self;
  options.live_entities_max = settings.live_entities_max / shards;
  options.presized = where == blocking_actors::detached;
  options.idle_ms_max = std::int64_t{settings.idle_s_max} * 1'000;
  options.restarts_max = settings.restarts_max;
  options.admission.queue_age_max = milliseconds{settings.queue_age_ms_max};
  options.admission.unapplied_bytes_max = settings.unapplied_bytes_max / shards;
  options.admission.unsettled_max = std::max(1u, settings.unsettled_orders_max / shards);
  return options;
}

void end_node_with(const caf::actor& part, std::string component, runtime::fatal_handler fatal) {
  part->attach_functor([component = std::move(component), fatal = std::move(fatal)](const caf::error& why) {
    if (why != caf::exit_reason::user_shutdown && why != caf::exit_reason::kill)
      fatal(component, {runtime::fault_code::internal, "the actor ended: " + caf::to_string(why)});
  });
}

namespace {

/// Of a node by itself. A start mends a state, or saves what can be read of it. It would refuse a journal;
/// while the node runs, what that says is in memory or in the states, and is erased once they have it.
runtime::damage_handler damage_alone(runtime::fatal_handler fatal) {
  return [fatal = std::move(fatal)](const runtime::scrubbed_part& what, const runtime::fault& why,
                                    unsigned times) {
    if (what.is == runtime::scrubbed_part::kind::journal) {
      if (times == 1)
        runtime::log::error(
            "scrub", "journal_damaged", {},
            "let the node run: what its journal says is in memory or in the states, and is "
            "erased from it once they have it. A start may be refused until it is gone, which "
            "event=scrub_damage_gone will say. Look at the disk");
      return runtime::after_damage::node_goes_on;
    }
    fatal("scrub", {why.code, why.message
                                  + "; start the node again: it looks through its pages, and saves what can "
                                    "be read of the damaged ones"});
    return runtime::after_damage::node_ends;
  };
}

} // namespace

runtime::result<node> start_node(caf::actor_system& system, const config::node_settings& settings,
                                 node_ports ports, blocking_actors where) {
  auto shared = spawn_shared(system, settings, ports, where);
  node made;
  made.journal = std::move(shared.journal);
  made.applier = std::move(shared.applier);
  made.provider_worker = std::move(shared.provider_worker);
  for (std::uint32_t shard = 0; shard < ports.disk.shards(); ++shard) {
    auto spawned = spawn_shard(system, settings, ports, made, shard, where);
    if (!spawned) {
      made.stop();
      return spawned.error();
    }
    made.shards.push_back(*std::move(spawned));
  }
  made.scrub = spawn_scrub(system, settings, ports, damage_alone(ports.fatal));
  made.self = system.spawn<node_actor>(
      node_dependencies{ports.disk,
                        ports.clock,
                        ports.metrics,
                        made.shards,
                        made.applier,
                        settings.disk_used_max,
                        {the_only_replica.node, the_only_replica.incarnation, 1, ports.client_endpoint},
                        std::nullopt,
                        made.scrub});
  for (const auto& shard : made.shards)
    end_node_with(shard, "shard", ports.fatal);
  end_node_with(made.journal, "journal", ports.fatal);
  end_node_with(made.applier, "applier", ports.fatal);
  end_node_with(made.provider_worker, "provider_worker", ports.fatal);
  end_node_with(ports.provider, "provider", ports.fatal);
  end_node_with(made.self, "node", ports.fatal);
  return made;
}

void node::open(const caf::actor& gateway) const {
  for (const auto& shard : shards)
    caf::anon_send(shard, runtime::shard_handles{shards, gateway});
}

void node::stop() const {
  for (const auto& each : shards)
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  for (const auto& each : {self, provider_worker, scrub, applier, journal})
    if (each)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
}

} // namespace orderd::cluster
