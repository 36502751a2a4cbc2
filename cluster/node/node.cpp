#include "cluster/node/node.hpp"

#include "cluster/node/alone.hpp"
#include "cluster/node/node_actor.hpp"
#include "cluster/node/replica_disk.hpp"
#include "cluster/replica_host/replica_actor.hpp"
#include "runtime/base/log.hpp"
#include "runtime/engine/applier_actor.hpp"
#include "runtime/engine/journal_actor.hpp"
#include "runtime/engine/provider_actor.hpp"
#include "runtime/engine/scrub_actor.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/send.hpp>
#include <caf/spawn_options.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace orderd::cluster {

namespace {

using std::chrono::milliseconds;

template <class Actor, class... Arguments>
caf::actor spawn_blocking(caf::actor_system& system, blocking_actors where, Arguments&&... arguments) {
  if (where == blocking_actors::detached)
    return system.spawn<Actor, caf::detached>(std::forward<Arguments>(arguments)...);
  return system.spawn<Actor>(std::forward<Arguments>(arguments)...);
}

/// What the start found; nobody else uses the stores yet.
void show_disk(runtime::storage& disk, runtime::metrics& metrics) {
  for (std::uint32_t shard = 0; shard < disk.shards(); ++shard) {
    const auto found = disk.damage(shard);
    metrics.corrected_pages.at(shard).Set(static_cast<double>(found.corrected_pages));
    metrics.state_salvaged.at(shard).Set(found.salvaged ? 1 : 0);
    metrics.lost_ranges.at(shard).Set(static_cast<double>(found.lost_ranges));
    metrics.state_bytes.at(shard).Set(static_cast<double>(disk.state(shard).size_bytes()));
  }
  metrics.journal_bytes.Set(static_cast<double>(disk.journal().size_bytes()));
}

/// The actors that all shards of a node share.
void spawn_shared(node& made, caf::actor_system& system, const config::node_settings& settings,
                  const node_ports& ports, blocking_actors where) {
  show_disk(ports.disk, ports.metrics);
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
}

/// As engine_options.
shard_bounds bounds_of(const config::node_settings& settings, std::uint32_t shards) {
  const auto each = [shards](auto of_node) { return static_cast<double>(of_node) / shards; };
  return {.unapplied_bytes = each(settings.unapplied_bytes_max),
          .live_entities = each(settings.live_entities_max),
          .unsettled = each(settings.unsettled_orders_max)};
}

/// A shard's engine, but for term and epochs.
runtime::shard_options engine_options(const config::node_settings& settings, const node_start& start,
                                      std::uint32_t shard, blocking_actors where) {
  const auto shards = start.terms.shards;
  runtime::shard_options options;
  options.shard = shard;
  options.shards = shards;
  options.self = start.self;
  options.live_entities_max = settings.live_entities_max / shards;
  options.presized = where == blocking_actors::detached;
  options.idle_ms_max = std::int64_t{settings.idle_s_max} * 1'000;
  options.restarts_max = settings.restarts_max;
  options.admission.queue_age_max = milliseconds{settings.queue_age_ms_max};
  options.admission.unapplied_bytes_max = settings.unapplied_bytes_max / shards;
  options.admission.unsettled_max = std::max(1u, settings.unsettled_orders_max / shards);
  return options;
}

replica_options options_of(const node_ports& ports, const node_start& start, std::uint32_t shard) {
  auto out = ports.replicas;
  out.shard = shard;
  out.self = start.self;
  out.minimum = min_in_sync(start.terms.replication);
  if (alone(start.terms)) {
    // Nobody will ever ask for an epoch that was applied.
    out.limits.recent_bytes = out.limits.retained_bytes = 0;
    return out;
  }
  out.limits.retained_bytes /= start.terms.shards;
  out.limits.recent_bytes /= start.terms.shards;
  out.limits.held_bytes /= start.terms.shards;
  return out;
}

// -- what damage means ----------------------------------------------------------------------------

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

/// Of a member: its disk is given up, if the others hold everything. Not for a record of the journal that may
/// just be about to be erased: a minute later it is looked at again.
runtime::damage_handler damage_in_cluster(std::function<void(const std::string&)> distrust) {
  return [distrust = std::move(distrust)](const runtime::scrubbed_part& what, const runtime::fault& why,
                                          unsigned times) {
    if (what.is == runtime::scrubbed_part::kind::journal && times == 1)
      return runtime::after_damage::node_goes_on;
    distrust(what.name() + ": " + why.message);
    return runtime::after_damage::node_ends;
  };
}

/// Looks through the states while the node works, on a thread of its own. Null where nothing is.
caf::actor spawn_scrub(caf::actor_system& system, const config::node_settings& settings,
                       const node_ports& ports, const node_start& start) {
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
      runtime::scrub_options{settings.scrub_hours, settings.scrub_mb_s},
      alone(start.terms) ? damage_alone(ports.fatal) : damage_in_cluster(ports.distrust));
  end_node_with(made, "scrub", ports.fatal);
  return made;
}

// -- the parts ------------------------------------------------------------------------------------

/// The term that each replica promised goes to `held`: a store that does not know of it is not believed.
runtime::result<void> spawn_hosts(node& made, caf::actor_system& system,
                                  const config::node_settings& settings, const node_ports& ports,
                                  const node_start& start, held_configuration& held, blocking_actors where) {
  for (std::uint32_t shard = 0; shard < start.terms.shards; ++shard) {
    auto disk = start_of(start.found[shard]);
    if (!disk)
      return disk.error();
    held.promised(shard, disk->promised);
    made.hosts.push_back(system.spawn<replica_actor>(
        replica_dependencies{.options = options_of(ports, start, shard),
                             .disk = *std::move(disk),
                             .engine = engine_options(settings, start, shard, where),
                             .form = settings.entities,
                             .alone = alone(start.terms),
                             .state = ports.disk.state(shard),
                             .board = ports.board,
                             .rules = ports.rules,
                             .clock = ports.clock,
                             .metrics = ports.metrics,
                             .cluster_metrics = ports.cluster_metrics,
                             .journal = made.journal,
                             .applier = made.applier,
                             .provider = made.provider_worker,
                             .fatal = ports.fatal,
                             .distrust = ports.distrust}));
  }
  return {};
}

caf::actor spawn_node_actor(const node& made, caf::actor_system& system,
                            const config::node_settings& settings, const node_ports& ports,
                            const node_start& start) {
  return system.spawn<node_actor>(node_dependencies{.disk = ports.disk,
                                                    .clock = ports.clock,
                                                    .metrics = ports.metrics,
                                                    .cluster_metrics = ports.cluster_metrics,
                                                    .board = ports.board,
                                                    .shards = made.hosts,
                                                    .applier = made.applier,
                                                    .disk_used_max = settings.disk_used_max,
                                                    .terms = start.terms,
                                                    .self = start.self,
                                                    .boot = start.boot,
                                                    .client_endpoint = ports.client_endpoint,
                                                    .scrub = made.scrub,
                                                    .bounds = bounds_of(settings, start.terms.shards)});
}

caf::actor spawn_directory(const node& made, caf::actor_system& system, const node_ports& ports,
                           const node_start& start, held_configuration held, blocking_actors where) {
  return spawn_blocking<directory_actor>(
      system, where, ports.store,
      directory_options{.terms = start.terms, .self = start.self.node, .held = std::move(held)},
      directory_listeners{.hosts = made.hosts,
                          .node = made.self,
                          .peers = ports.peers,
                          .heartbeats_to = ports.heartbeats_to,
                          .metrics = &ports.cluster_metrics,
                          .keep = ports.keep});
}

} // namespace

void end_node_with(const caf::actor& part, std::string component, runtime::fatal_handler fatal) {
  part->attach_functor([component = std::move(component), fatal = std::move(fatal)](const caf::error& why) {
    if (why != caf::exit_reason::user_shutdown && why != caf::exit_reason::kill)
      fatal(component, {runtime::fault_code::internal, "the actor ended: " + caf::to_string(why)});
  });
}

runtime::result<node> start_node(caf::actor_system& system, const config::node_settings& settings,
                                 node_ports ports, const node_start& start, blocking_actors where) {
  if (!ports.distrust)
    ports.distrust = [fatal = ports.fatal](const std::string& why) {
      fatal("replica_host", {runtime::fault_code::corrupt, why});
    };
  node made;
  spawn_shared(made, system, settings, ports, where);
  auto held = start.held.value_or(held_configuration{start.terms});
  // Replica hosts and directory know each other: the replica hosts are told of the directory when they start.
  if (auto done = spawn_hosts(made, system, settings, ports, start, held, where); !done) {
    made.stop();
    return done.error();
  }
  made.scrub = spawn_scrub(system, settings, ports, start);
  made.self = spawn_node_actor(made, system, settings, ports, start);
  made.directory = spawn_directory(made, system, ports, start, std::move(held), where);
  caf::anon_send(made.self, directory_known{made.directory});
  for (const auto& host : made.hosts)
    end_node_with(host, "replica_host", ports.fatal);
  end_node_with(made.journal, "journal", ports.fatal);
  end_node_with(made.applier, "applier", ports.fatal);
  end_node_with(made.provider_worker, "provider_worker", ports.fatal);
  end_node_with(ports.provider, "provider", ports.fatal);
  end_node_with(made.self, "node", ports.fatal);
  end_node_with(made.directory, "directory", ports.fatal);
  return made;
}

void node::open(const caf::actor& gateway, const caf::actor& peers) const {
  for (const auto& host : hosts)
    caf::anon_send(host, replica_handles{hosts, gateway, peers, directory});
}

void node::stop() const {
  for (const auto& each : hosts)
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  for (const auto& each : {directory, self, provider_worker, scrub, applier, journal})
    if (each)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
}

} // namespace orderd::cluster
