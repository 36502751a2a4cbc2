#include "cluster/node/cluster_node.hpp"

#include "cluster/node/node_actor.hpp"
#include "cluster/node/node_parts.hpp"
#include "cluster/replica_host/replica_actor.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace orderd::cluster {

namespace {

replica_options options_of(const cluster_ports& cluster, std::uint32_t shard) {
  auto out = cluster.replicas;
  out.shard = shard;
  out.self = cluster.self;
  out.minimum = min_in_sync(cluster.terms.replication);
  out.limits.retained_bytes /= cluster.terms.shards;
  out.limits.recent_bytes /= cluster.terms.shards;
  out.limits.held_bytes /= cluster.terms.shards;
  return out;
}

} // namespace

runtime::result<replica_start> start_of(const runtime::replica_storage& found) {
  const auto note = decode_replica_note(found.note.value_or(""));
  if (!note)
    return note.error();
  replica_start out;
  out.promised = note->promised;
  out.copying = note->copying;
  out.time_ms = std::max(found.applied.time_ms, found.end.time_ms);
  if (note->copying)
    return out;
  out.applied = found.applied.epoch;
  out.journal_first = found.journal_first;
  out.end = found.end.epoch;
  out.committed = note->committed;
  out.hashes = found.hashes;
  if (out.hashes.empty() || out.journal_first == out.applied + 1)
    out.hashes.insert(out.hashes.begin(), found.applied.hash);
  term_table table{note->starts};
  table.truncate(out.end);
  for (const auto& each : found.terms)
    if (table.starts().empty() || table.starts().back().term < each.term)
      table.append(each.term, each.first_epoch);
  out.starts = table.starts();
  return out;
}

namespace {

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

} // namespace

runtime::result<cluster_node> start_cluster_node(caf::actor_system& system,
                                                 const config::node_settings& settings, node_ports ports,
                                                 cluster_ports cluster, const caf::actor& peers,
                                                 blocking_actors where) {
  const auto shared = spawn_shared(system, settings, ports, where);
  cluster_node made;
  made.journal = shared.journal;
  made.applier = shared.applier;
  made.provider_worker = shared.provider_worker;
  auto held = cluster.directory.held.value_or(held_configuration{cluster.terms});
  // Replica hosts and directory know each other: the replica hosts are told of the directory when they start.
  for (std::uint32_t shard = 0; shard < cluster.terms.shards; ++shard) {
    auto start = start_of(cluster.found[shard]);
    if (!start) {
      made.stop();
      return start.error();
    }
    held.promised(shard, start->promised);
    made.hosts.push_back(system.spawn<replica_actor>(replica_dependencies{
        options_of(cluster, shard), *std::move(start),
        engine_options(settings, cluster.self, shard, cluster.terms.shards, where), settings.entities,
        ports.disk.state(shard), cluster.board, ports.rules, ports.clock, ports.metrics, cluster.metrics,
        made.journal, made.applier, made.provider_worker, ports.fatal, cluster.distrust}));
  }
  made.scrub = spawn_scrub(system, settings, ports, damage_in_cluster(cluster.distrust));
  made.self = system.spawn<node_actor>(
      node_dependencies{ports.disk,
                        ports.clock,
                        ports.metrics,
                        made.hosts,
                        made.applier,
                        settings.disk_used_max,
                        {cluster.self.node, cluster.self.incarnation, cluster.boot, ports.client_endpoint},
                        node_membership{cluster.terms, &cluster.board},
                        made.scrub});
  cluster.directory.terms = cluster.terms;
  cluster.directory.self = cluster.self.node;
  cluster.directory.held = std::move(held);
  made.directory =
      spawn_blocking<directory_actor>(system, where, cluster.store, cluster.directory,
                                      directory_listeners{made.hosts, made.self, peers, cluster.heartbeats_to,
                                                          &cluster.metrics, cluster.keep});
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

void cluster_node::open(const caf::actor& gateway, const caf::actor& peers) const {
  for (const auto& host : hosts)
    caf::anon_send(host, replica_handles{hosts, gateway, peers, directory});
}

void cluster_node::stop() const {
  for (const auto& each : hosts)
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  for (const auto& each : {directory, self, provider_worker, scrub, applier, journal})
    if (each)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
}

} // namespace orderd::cluster
