// The process of a node of a cluster: everything it holds, in the order in which it must go away, last first.
#pragma once

#include "cluster/configuration/etcd_configuration.hpp"
#include "cluster/gateway/gateway.hpp"
#include "cluster/node/cluster_node.hpp"
#include "cluster/node/disk_metrics.hpp"
#include "cluster/node/metrics_endpoint.hpp"
#include "cluster/node/system_config.hpp"
#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/peers/heartbeats.hpp"
#include "cluster/peers/peers_actor.hpp"
#include "cluster/start/joining.hpp"
#include "config/settings.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/fatal.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace orderd::cluster {

class cluster_process {
public:
  /// `settings` must outlive it. `fatal` ends the process.
  cluster_process(const config::node_settings& settings, runtime::fatal_handler fatal);
  cluster_process(const cluster_process&) = delete;
  cluster_process& operator=(const cluster_process&) = delete;

  /// As join_cluster about `keep_waiting` and an operator's word.
  runtime::result<void> start(bool replace_disk, const std::function<bool()>& keep_waiting);
  void stop();

  std::uint16_t port() const { return gateway_.port; }
  std::uint16_t metrics_port() const { return page_->port(); }
  std::uint16_t peer_port() const { return peers_.port; }
  const cluster_terms& terms() const { return joined_.terms; }

private:
  runtime::result<void> bind();
  runtime::result<void> start_actors();
  runtime::result<void> start_replicas();
  void count_start();
  void hold(const held_configuration& what);
  void give_up(const std::string& why);
  void show_heartbeats(const std::map<std::uint32_t, known_node>& nodes);

  const config::node_settings& settings_;
  runtime::fatal_handler fatal_;
  known_nodes known_; ///< as the store was read last
  std::unique_ptr<const runtime::business> rules_;
  std::shared_ptr<runtime::metrics> metrics_;
  std::shared_ptr<cluster_metrics> cluster_metrics_;
  std::shared_ptr<disk_metrics> disk_metrics_ = std::make_shared<disk_metrics>();
  std::shared_ptr<runtime::scrub_metrics> scrubbed_ = std::make_shared<runtime::scrub_metrics>();
  runtime::system_node_clock clock_;
  std::unique_ptr<etcd_configuration> store_;
  joined_node joined_;
  std::optional<held_configuration> held_; ///< of the configuration store, as of the start
  std::unique_ptr<lease_board> board_;
  std::unique_ptr<heartbeats> heartbeats_;
  std::optional<metrics_endpoint> page_;
  std::optional<system_config> config_;
  std::optional<caf::actor_system> system_;
  caf::io::doorman_ptr client_acceptor_; ///< bound, until the gateway has it
  caf::io::doorman_ptr peer_acceptor_;   ///< the same for the peers
  std::optional<socket> datagrams_;      ///< and for the heartbeats
  gateway_handle gateway_;
  peers_handle peers_;
  caf::actor provider_;
  cluster_node node_;
};

} // namespace orderd::cluster
