#include "cluster/cluster_process.hpp"

#include "actors/api.hpp"
#include "cluster/held_store.hpp"
#include "cluster/messages.hpp"
#include "cluster/provider_simulation.hpp"
#include "cluster/version.hpp"
#include "runtime/log.hpp"

#include <caf/send.hpp>

#include <map>
#include <utility>

namespace orderd::cluster {

using runtime::result;

cluster_process::cluster_process(const config::node_settings& settings, runtime::fatal_handler fatal)
    : settings_(settings), fatal_(std::move(fatal)), known_(settings.node),
      rules_(actors::make_business({settings.placement_deadline_ms})),
      numbers_(std::make_shared<runtime::metrics>(version)),
      cluster_numbers_(std::make_shared<cluster_metrics>()) {
  etcd_options options;
  for (const auto& each : settings.etcd)
    if (auto at = config::parse_loopback(each))
      options.endpoints.push_back(*at);
  store_ = std::make_unique<etcd_configuration>(std::move(options));
}

result<void> cluster_process::start(const std::function<bool()>& keep_waiting) {
  // Others are told these before they are bound.
  for (const auto* each : {&settings_.listen, &settings_.peer_listen})
    if (const auto at = config::parse_loopback(*each); !at || at->port == 0)
      return runtime::fault{runtime::fault_code::malformed,
                            "a node of a cluster needs addresses with a port of their own, not " + *each
                                + ": give --listen and --peer-listen"};
  held_store as_held{*store_, read_held(settings_.data_dir)};
  auto joined = join_cluster(settings_, as_held, settings_.listen, settings_.peer_listen, keep_waiting);
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
  auto page = metrics_endpoint::start(settings_.metrics, numbers_);
  if (!page)
    return page.error();
  page_.emplace(*std::move(page));
  page_->add(cluster_numbers_);
  board_ = std::make_unique<lease_board>(joined_.self, beacon_timing{}, time_with_suspends);
  return start_actors();
}

result<void> cluster_process::start_actors() {
  config_.emplace(settings_);
  system_.emplace(*config_);
  auto door =
      spawn_gateway(*system_, {settings_.listen, *rules_, *numbers_, clock_, joined_.terms.shards, version});
  if (!door)
    return door.error();
  gateway_ = *std::move(door);
  auto links = spawn_peers(*system_, {.address = settings_.peer_listen,
                                      .own = {joined_.terms.id, joined_.self},
                                      .shards = joined_.terms.shards,
                                      .known = known_,
                                      .numbers = *cluster_numbers_});
  if (!links)
    return links.error();
  peers_ = *std::move(links);
  auto heart = beacons::open({.address = settings_.peer_listen,
                              .cluster_id = joined_.terms.id,
                              .board = *board_,
                              .known = known_,
                              .numbers = *cluster_numbers_});
  if (!heart)
    return heart.error();
  beacons_ = *std::move(heart);
  provider_ = spawn_simulated_provider(*system_, settings_.provider);
  auto made = start_cluster_node(
      *system_, settings_,
      {*joined_.disk, {}, *rules_, clock_, *store_, *numbers_, provider_, fatal_, settings_.listen},
      {joined_.terms,
       joined_.self,
       joined_.boot,
       joined_.found,
       *store_,
       *board_,
       *cluster_numbers_,
       [this](const auto& nodes) { show_beacons(nodes); },
       [this](const std::string& why) { give_up(why); },
       {.held = held_},
       {},
       [folder = settings_.data_dir](const auto& what) { write_held(folder, what); }},
      peers_.actor, blocking_actors::detached);
  if (!made)
    return made.error();
  node_ = *std::move(made);
  end_node_with(gateway_.actor, "gateway", fatal_);
  end_node_with(peers_.actor, "peers", fatal_);
  caf::anon_send(peers_.actor, peers_know{node_.seats});
  node_.open(gateway_.actor, peers_.actor);
  caf::anon_send(gateway_.actor, gateway_peers{node_.seats, node_.self});
  return {};
}

void cluster_process::show_beacons(const std::map<std::uint32_t, known_node>& nodes) {
  std::map<std::uint32_t, std::uint64_t> disks;
  for (const auto& [number, node] : nodes)
    disks[number] = node.disk.incarnation;
  known_.know(std::move(disks));
  std::vector<endpoint> others;
  for (const auto& [number, node] : nodes)
    if (number != settings_.node)
      if (const auto at = parse_loopback_endpoint(node.peer_endpoint))
        others.push_back(*at);
  beacons_->set_peers(std::move(others));
}

void cluster_process::give_up(const std::string& why) {
  if (const auto done = give_up_disk(settings_.data_dir); !done)
    runtime::log::error("node", "give_up_failed", {}, done.error().message);
  fatal_("seat", {runtime::fault_code::corrupt,
                  why + "; the next start begins with an empty disk and copies from the other nodes"});
}

void cluster_process::stop() {
  caf::anon_send_exit(gateway_.actor, caf::exit_reason::user_shutdown);
  node_.stop();
  caf::anon_send_exit(peers_.actor, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(provider_, caf::exit_reason::user_shutdown);
}

} // namespace orderd::cluster
