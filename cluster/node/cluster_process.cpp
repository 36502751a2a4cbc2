#include "cluster/node/cluster_process.hpp"

#include "actors/entities/business.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/provider_simulation.hpp"
#include "cluster/peers/messages.hpp"
#include "cluster/start/given_up.hpp"
#include "cluster/start/held_store.hpp"
#include "cluster/start/presence.hpp"
#include "cluster/wire/version.hpp"
#include "config/start_limits.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace orderd::cluster {

using runtime::result;

namespace {

constexpr std::chrono::milliseconds presence_limit{limits::presence_ms_max};

std::int64_t unix_time_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

cluster_process::cluster_process(const config::node_settings& settings, runtime::fatal_handler fatal)
    : settings_(settings), fatal_(std::move(fatal)), known_(settings.node),
      rules_(actors::make_business({settings.placement_deadline_ms})),
      metrics_(std::make_shared<runtime::metrics>(version)),
      cluster_metrics_(std::make_shared<cluster_metrics>()) {
  etcd_options options;
  for (const auto& each : settings.etcd)
    if (auto at = config::parse_loopback(each))
      options.endpoints.push_back(*at);
  store_ = std::make_unique<etcd_configuration>(std::move(options));
}

result<void> cluster_process::start(bool replace_disk, const std::function<bool()>& keep_waiting) {
  // Others are told these: a free one that the system chose would be another at the next start.
  for (const auto* each : {&settings_.listen, &settings_.peer_listen})
    if (const auto at = config::parse_loopback(*each); !at || at->port == 0)
      return runtime::fault{runtime::fault_code::malformed,
                            "a node of a cluster needs addresses with a port of their own, not " + *each
                                + ": give --listen and --peer-listen"};
  const auto held = read_held(settings_.data_dir);
  if (!held)
    return held.error();
  held_store as_held{*store_, held->what};
  disk_metrics_->held_trouble.at("damaged").Set(held->damaged ? 1 : 0);
  auto joined =
      join_cluster(settings_, {.store = as_held,
                               .keep_waiting = keep_waiting,
                               .now_ms = unix_time_ms,
                               .replace_disk = replace_disk,
                               .bind = [this] { return bind(); },
                               .answers =
                                   [this](const known_node& announced, const std::string& cluster) {
                                     return who_answers(announced, settings_.node, cluster, settings_.listen,
                                                        presence_limit);
                                   },
                               .hears =
                                   [this](const auto& others, const std::string& cluster) {
                                     return who_hears(others, settings_.node, cluster, presence_limit);
                                   }});
  if (!joined)
    return joined.error();
  joined_ = *std::move(joined);
  held_ = as_held.held();
  runtime::log::info("node", "joined",
                     {{"cluster", joined_.terms.id},
                      {"node", joined_.self.node},
                      {"incarnation", joined_.self.incarnation},
                      {"boot", joined_.boot}},
                     "");
  count_start();
  board_ = std::make_unique<lease_board>(joined_.self, heartbeat_timing{}, time_with_suspends);
  return start_actors();
}

/// Everything that is listened on, before anybody is told of it.
result<void> cluster_process::bind() {
  auto page = metrics_endpoint::start(settings_.metrics, metrics_);
  if (!page)
    return page.error();
  page_.emplace(*std::move(page));
  page_->add(cluster_metrics_);
  page_->add(disk_metrics_);
  page_->add(scrubbed_);
  config_.emplace(settings_);
  system_.emplace(*config_);
  auto for_clients = listen_for_clients(*system_, settings_.listen);
  if (!for_clients)
    return for_clients.error();
  client_acceptor_ = *std::move(for_clients);
  auto for_peers = listen_for_peers(*system_, settings_.peer_listen);
  if (!for_peers)
    return for_peers.error();
  peer_acceptor_ = *std::move(for_peers);
  const auto at = parse_loopback_endpoint(settings_.peer_listen);
  if (!at)
    return at.error();
  auto datagrams = bind_datagrams(*at);
  if (!datagrams)
    return datagrams.error();
  datagrams_.emplace(std::move(*datagrams));
  return {};
}

void cluster_process::hold(const held_configuration& what) {
  disk_metrics_->held_trouble.at("unwritten").Set(write_held(settings_.data_dir, what) ? 0 : 1);
}

/// What an alert rule has to see of this start.
void cluster_process::count_start() {
  disk_metrics_->starts.at(to_string(joined_.outcome)).Increment();
  const auto kept = list_given_up(settings_.data_dir);
  const auto there =
      kept ? std::count_if(kept->begin(), kept->end(), [](const auto& each) { return each.there; })
           : std::ptrdiff_t{0};
  disk_metrics_->given_up.at(settings_.node).Set(static_cast<double>(there));
}

result<void> cluster_process::start_actors() {
  auto acceptor = spawn_gateway(*system_,
                                {settings_.listen,
                                 *rules_,
                                 *metrics_,
                                 clock_,
                                 joined_.terms.shards,
                                 version,
                                 {.per_address = settings_.connections_per_address_max}},
                                std::exchange(client_acceptor_, nullptr));
  if (!acceptor)
    return acceptor.error();
  gateway_ = *std::move(acceptor);
  page_->add(gateway_.metrics);
  auto links = spawn_peers(*system_,
                           {.address = settings_.peer_listen,
                            .own = {joined_.terms.id, joined_.self},
                            .shards = joined_.terms.shards,
                            .known = known_,
                            .metrics = *cluster_metrics_},
                           std::exchange(peer_acceptor_, nullptr));
  if (!links)
    return links.error();
  peers_ = *std::move(links);
  auto heart = heartbeats::open({.address = settings_.peer_listen,
                                 .cluster_id = joined_.terms.id,
                                 .board = *board_,
                                 .known = known_,
                                 .metrics = *cluster_metrics_},
                                std::exchange(datagrams_, std::nullopt));
  if (!heart)
    return heart.error();
  heartbeats_ = *std::move(heart);
  provider_ = spawn_simulated_provider(*system_, settings_.provider);
  return start_replicas();
}

result<void> cluster_process::start_replicas() {
  directory_options directory;
  directory.held = held_;
  auto made = start_cluster_node(*system_, settings_,
                                 {*joined_.disk,
                                  {},
                                  *rules_,
                                  clock_,
                                  *store_,
                                  *metrics_,
                                  provider_,
                                  fatal_,
                                  settings_.listen,
                                  scrubbed_.get()},
                                 {joined_.terms,
                                  joined_.self,
                                  joined_.boot,
                                  joined_.found,
                                  *store_,
                                  *board_,
                                  *cluster_metrics_,
                                  [this](const auto& nodes) { show_heartbeats(nodes); },
                                  [this](const std::string& why) { give_up(why); },
                                  std::move(directory),
                                  {},
                                  [this](const auto& what) { hold(what); }},
                                 peers_.actor, blocking_actors::detached);
  if (!made)
    return made.error();
  node_ = *std::move(made);
  end_node_with(gateway_.actor, "gateway", fatal_);
  end_node_with(peers_.actor, "peers", fatal_);
  caf::anon_send(peers_.actor, peers_know{node_.hosts});
  node_.open(gateway_.actor, peers_.actor);
  caf::anon_send(gateway_.actor, gateway_handles{node_.hosts, node_.self});
  return {};
}

void cluster_process::show_heartbeats(const std::map<std::uint32_t, known_node>& nodes) {
  std::map<std::uint32_t, std::uint64_t> disks;
  for (const auto& [number, node] : nodes)
    disks[number] = node.disk.incarnation;
  board_->know(disks);
  known_.know(std::move(disks));
  std::vector<endpoint> others;
  for (const auto& [number, node] : nodes)
    if (number != settings_.node)
      if (const auto at = parse_loopback_endpoint(node.peer_endpoint))
        others.push_back(*at);
  heartbeats_->set_peers(std::move(others));
}

void cluster_process::give_up(const std::string& why) {
  if (const auto done = distrust_disk(settings_.data_dir, why); !done)
    runtime::log::error("node", "distrust_not_noted", {}, done.error().message);
  fatal_("replica_host",
         {runtime::fault_code::corrupt,
          why
              + "; the next start sets the disk aside if the other nodes hold everything that is on it, and "
                "says what is missing if they do not"});
}

void cluster_process::stop() {
  caf::anon_send_exit(gateway_.actor, caf::exit_reason::user_shutdown);
  node_.stop();
  caf::anon_send_exit(peers_.actor, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(provider_, caf::exit_reason::user_shutdown);
}

} // namespace orderd::cluster
