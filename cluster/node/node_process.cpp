#include "cluster/node/node_process.hpp"

#include "actors/entities/business.hpp"
#include "actors/entities/exercise.hpp"
#include "cluster/configuration/etcd_configuration.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/alone.hpp"
#include "cluster/node/provider_simulation.hpp"
#include "cluster/page/page_files.hpp"
#include "cluster/peers/messages.hpp"
#include "cluster/start/given_up.hpp"
#include "cluster/start/held_store.hpp"
#include "cluster/start/leaving.hpp"
#include "cluster/start/presence.hpp"
#include "cluster/wire/version.hpp"
#include "config/loopback.hpp"
#include "config/start_limits.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/open_files.hpp"
#include "runtime/base/process_metrics.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"

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

std::unique_ptr<configuration_store> open_etcd(const std::vector<std::string>& endpoints) {
  etcd_options options;
  for (const auto& each : endpoints)
    if (auto at = config::parse_loopback(each))
      options.endpoints.push_back(*at);
  return std::make_unique<etcd_configuration>(std::move(options));
}

std::optional<served_file> page_file_at(std::string_view path) {
  const auto file = find_page_file(path);
  if (!file)
    return std::nullopt;
  return served_file{file->content_type, file->bytes, file->etag};
}

} // namespace

std::string with_port(const std::string& setting, std::uint16_t port) {
  auto at = config::parse_loopback(setting).value_or(config::endpoint{});
  at.port = port;
  return config::to_string(at);
}

node_process::node_process(const config::node_settings& settings, runtime::fatal_handler fatal)
    : settings_(settings), fatal_(std::move(fatal)), known_(settings.node),
      rules_(actors::make_business({settings.placement_deadline_ms})),
      metrics_(std::make_shared<runtime::metrics>(version)) {}

result<void> node_process::start(bool replace_disk, const std::function<bool()>& keep_waiting) {
  if (!settings_.failing_entities.empty()) {
    auto exercise = actors::make_exercise(std::move(rules_), settings_.failing_entities);
    if (!exercise)
      return exercise.error();
    rules_ = *std::move(exercise);
    runtime::log::warn("node", "exercise", {{"file", settings_.failing_entities}},
                       "entities that this file names fail on purpose");
  }
  if (auto ready = of_cluster() ? join(replace_disk, keep_waiting) : open_alone(); !ready)
    return ready;
  board_ = std::make_unique<lease_board>(start_.self, heartbeat_timing{}, time_with_suspends);
  auto started = start_gateway();
  if (started && of_cluster())
    started = start_peers();
  if (started)
    started = start_actors();
  if (started)
    started = open_doors();
  if (!started)
    stop();
  return started;
}

// -- a node by itself ----------------------------------------------------------------------------

result<void> node_process::open_alone() {
  if (auto done = check_alone(settings_.data_dir); !done)
    return done;
  auto disk = runtime::open_storage(settings_.data_dir, settings_.shards);
  if (!disk)
    return disk.error();
  disk_ = *std::move(disk);
  auto found = recover_alone(*disk_);
  if (!found)
    return found.error();
  start_ = *std::move(found);
  for (const auto& shard : start_.found)
    runtime::log::info("node", "shard_recovered", {{"shard", shard.shard}, {"epoch", shard.end.epoch}}, "");
  if (auto bound = bind(); !bound)
    return bound;
  store_ = std::make_unique<static_configuration>();
  make_store_alone(*store_, start_, with_port(settings_.listen, client_acceptor_->port()));
  return {};
}

// -- a member of a cluster -----------------------------------------------------------------------

result<void> node_process::join(bool replace_disk, const std::function<bool()>& keep_waiting) {
  // Others are told these: a free one that the system chose would be another at the next start.
  for (const auto* each : {&settings_.listen, &settings_.peer_listen})
    if (const auto at = config::parse_loopback(*each); !at || at->port == 0)
      return runtime::fault{runtime::fault_code::malformed,
                            "a node of a cluster needs addresses with a port of their own, not " + *each
                                + ": give --listen and --peer-listen"};
  const auto held = read_held(settings_.data_dir);
  if (!held)
    return held.error();
  store_ = open_etcd(settings_.etcd);
  held_store as_held{*store_, held->what};
  disk_metrics_->held_trouble.at("damaged").Set(held->damaged ? 1 : 0);
  auto joined =
      join_cluster(settings_, {.store = as_held,
                               .keep_waiting = keep_waiting,
                               .now_ms = unix_time_ms,
                               .replace_disk = replace_disk,
                               .bind =
                                   [this] {
                                     auto bound = bind();
                                     return bound ? bind_for_nodes() : bound;
                                   },
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
  start_ = {.terms = std::move(joined->terms),
            .self = joined->self,
            .boot = joined->boot,
            .found = std::move(joined->found),
            .held = as_held.held()};
  disk_ = std::move(joined->disk);
  runtime::log::info("node", "joined",
                     {{"cluster", start_.terms.id},
                      {"node", start_.self.node},
                      {"incarnation", start_.self.incarnation},
                      {"boot", start_.boot}},
                     "");
  count_start(joined->outcome);
  return {};
}

result<void> node_process::bind_for_nodes() {
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

result<void> node_process::start_peers() {
  auto links = spawn_peers(*system_,
                           {.address = settings_.peer_listen,
                            .own = {start_.terms.id, start_.self},
                            .shards = start_.terms.shards,
                            .known = known_,
                            .metrics = *cluster_metrics_},
                           std::exchange(peer_acceptor_, nullptr));
  if (!links)
    return links.error();
  peers_ = *std::move(links);
  end_node_with(peers_.actor, "peers", fatal_);
  auto heart = heartbeats::open({.address = settings_.peer_listen,
                                 .cluster_id = start_.terms.id,
                                 .board = *board_,
                                 .known = known_,
                                 .metrics = *cluster_metrics_},
                                std::exchange(datagrams_, std::nullopt));
  if (!heart)
    return heart.error();
  heartbeats_ = *std::move(heart);
  return {};
}

void node_process::hold(const held_configuration& what) {
  disk_metrics_->held_trouble.at("unwritten").Set(write_held(settings_.data_dir, what) ? 0 : 1);
}

/// What an alert rule has to see of this start.
void node_process::count_start(start_outcome outcome) {
  disk_metrics_->starts.at(to_string(outcome)).Increment();
  const auto kept = list_given_up(settings_.data_dir);
  const auto there =
      kept ? std::count_if(kept->begin(), kept->end(), [](const auto& each) { return each.there; })
           : std::ptrdiff_t{0};
  disk_metrics_->given_up.at(settings_.node).Set(static_cast<double>(there));
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; kept && i < kept->size(); ++i)
    bytes += (*kept)[i].there ? runtime::disk_bytes_of((*kept)[i].folder) : 0;
  metrics_->disk_bytes.at("given_up").Set(static_cast<double>(bytes));
}

void node_process::show_heartbeats(const std::map<std::uint32_t, known_node>& nodes) {
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

void node_process::give_up(const std::string& why) {
  if (const auto done = distrust_disk(settings_.data_dir, why); !done)
    runtime::log::error("node", "distrust_not_noted", {}, done.error().message);
  fatal_("replica_host",
         {runtime::fault_code::corrupt,
          why
              + "; the next start sets the disk aside if the other nodes hold everything that is on it, and "
                "says what is missing if they do not"});
}

// -- both ----------------------------------------------------------------------------------------

/// What clients and Prometheus reach, before anybody is told of it.
result<void> node_process::bind() {
  auto http = http_service::start(settings_.http, {.find_file = page_file_at});
  if (!http)
    return http.error();
  http_ = *std::move(http);
  http_->add(metrics_);
  if (of_cluster()) {
    http_->add(cluster_metrics_);
    http_->add(disk_metrics_);
  }
  http_->add(scrubbed_);
  http_->add(log_lines_);
  http_->add(std::make_shared<runtime::process_metrics>());
  config_.emplace(settings_);
  system_.emplace(*config_);
  http_->add(caf_metrics_.emplace(system_->metrics()).page());
  auto for_clients = listen_for_clients(*system_, settings_.listen);
  if (!for_clients)
    return for_clients.error();
  client_acceptor_ = *std::move(for_clients);
  return {};
}

result<void> node_process::start_gateway() {
  auto acceptor = spawn_gateway(*system_,
                                {.address = settings_.listen,
                                 .rules = *rules_,
                                 .metrics = *metrics_,
                                 .clock = clock_,
                                 .shards = start_.terms.shards,
                                 .version = version,
                                 .places = {.per_address = settings_.connections_per_address_max}},
                                std::exchange(client_acceptor_, nullptr));
  if (!acceptor)
    return acceptor.error();
  gateway_ = *std::move(acceptor);
  http_->add(gateway_.metrics);
  end_node_with(gateway_.actor, "gateway", fatal_);
  return {};
}

node_ports node_process::ports() {
  node_ports out{.disk = *disk_,
                 .rules = *rules_,
                 .clock = clock_,
                 .store = *store_,
                 .board = *board_,
                 .metrics = *metrics_,
                 .cluster_metrics = *cluster_metrics_,
                 .provider = provider_,
                 .peers = peers_.actor,
                 .fatal = fatal_,
                 .client_endpoint = with_port(settings_.listen, gateway_.port),
                 .scrubbed = scrubbed_.get()};
  if (of_cluster()) {
    out.heartbeats_to = [this](const auto& nodes) { show_heartbeats(nodes); };
    out.keep = [this](const auto& what) { hold(what); };
    out.distrust = [this](const std::string& why) { give_up(why); };
  }
  return out;
}

result<void> node_process::start_actors() {
  provider_ = spawn_simulated_provider(*system_, settings_.provider);
  auto made = start_node(*system_, settings_, ports(), start_, blocking_actors::detached);
  if (!made)
    return made.error();
  node_ = *std::move(made);
  if (peers_.actor)
    caf::anon_send(peers_.actor, peers_know{node_.hosts});
  node_.open(gateway_.actor, peers_.actor);
  caf::anon_send(gateway_.actor, gateway_handles{node_.hosts, node_.self});
  return {};
}

/// What speaks another protocol asks through a client of this node's own.
result<void> node_process::open_doors() {
  const auto endpoint = with_port(settings_.listen, gateway_.port);
  asker_.emplace(*system_, client_options{.endpoint = endpoint, .is_operator = true});
  if (http_->port() != 0)
    runtime::allow_more_files(http_limits{}.connections_max); // beside what the gateway has asked for
  http_->open(*asker_, endpoint);
  if (settings_.grpc.empty())
    return {};
  auto door = grpc_door::start(*system_, {.address = settings_.grpc, .endpoint = endpoint});
  if (!door)
    return door.error();
  grpc_ = *std::move(door);
  http_->add(grpc_->metrics());
  return {};
}

void node_process::stop() {
  // The doors first, while what they ask is there.
  if (grpc_)
    grpc_->stop();
  if (http_)
    http_->stop();
  if (asker_)
    asker_->stop();
  const auto end = [](const caf::actor& part) {
    if (part)
      caf::anon_send_exit(part, caf::exit_reason::user_shutdown);
  };
  end(gateway_.actor); // Before the shards: it tells clients.
  node_.stop();
  end(peers_.actor);
  end(provider_);
}

} // namespace orderd::cluster
