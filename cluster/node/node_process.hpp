// The process of a node, by itself or of a cluster: everything it holds, in the order in which it must go
// away, last first.
#pragma once

#include "cluster/api/asker.hpp"
#include "cluster/configuration/configuration_store.hpp"
#include "cluster/gateway/gateway.hpp"
#include "cluster/http/http_service.hpp"
#include "cluster/node/caf_metrics.hpp"
#include "cluster/node/disk_metrics.hpp"
#include "cluster/node/node.hpp"
#include "cluster/node/system_config.hpp"
#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/peers/heartbeats.hpp"
#include "cluster/peers/peers_actor.hpp"
#include "cluster/start/joining.hpp"
#include "config/settings.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/fatal.hpp"
#include "runtime/base/log_metrics.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace orderd::cluster {

class node_process {
public:
  /// `settings` must outlive it. `fatal` ends the process.
  node_process(const config::node_settings& settings, runtime::fatal_handler fatal);
  node_process(const node_process&) = delete;
  node_process& operator=(const node_process&) = delete;

  /// As join_cluster about `keep_waiting` and an operator's word; a node by itself waits for nothing.
  runtime::result<void> start(bool replace_disk, const std::function<bool()>& keep_waiting);
  void stop();

  std::uint16_t port() const { return gateway_.port; }
  /// 0: it serves no HTTP.
  std::uint16_t http_port() const { return http_->port(); }
  /// Without an id: of a node by itself.
  const cluster_terms& terms() const { return start_.terms; }

private:
  // a node by itself
  runtime::result<void> open_alone();
  // a member of a cluster
  runtime::result<void> join(bool replace_disk, const std::function<bool()>& keep_waiting);
  runtime::result<void> bind_for_nodes();
  runtime::result<void> start_peers();
  void count_start(start_outcome outcome);
  void hold(const held_configuration& what);
  void give_up(const std::string& why);
  void show_heartbeats(const std::map<std::uint32_t, known_node>& nodes);
  // both
  bool of_cluster() const { return settings_.configuration == config::configuration_form::etcd; }
  runtime::result<void> bind();
  runtime::result<void> start_gateway();
  runtime::result<void> start_actors();
  void open_doors();
  node_ports ports();

  const config::node_settings& settings_;
  runtime::fatal_handler fatal_;
  known_nodes known_; ///< as the store was read last
  std::unique_ptr<const runtime::business> rules_;
  std::shared_ptr<runtime::metrics> metrics_;
  std::shared_ptr<cluster_metrics> cluster_metrics_ = std::make_shared<cluster_metrics>();
  std::shared_ptr<disk_metrics> disk_metrics_ = std::make_shared<disk_metrics>();
  std::shared_ptr<runtime::scrub_metrics> scrubbed_ = std::make_shared<runtime::scrub_metrics>();
  std::shared_ptr<runtime::log_metrics> log_lines_ = std::make_shared<runtime::log_metrics>();
  runtime::system_node_clock clock_;
  std::unique_ptr<configuration_store> store_;
  std::unique_ptr<runtime::storage> disk_;
  node_start start_;
  std::unique_ptr<lease_board> board_;
  std::unique_ptr<heartbeats> heartbeats_; ///< null: by itself
  std::optional<system_config> config_;
  std::optional<caf::actor_system> system_;
  std::optional<caf_metrics> caf_metrics_;
  caf::io::doorman_ptr client_acceptor_; ///< bound, until the gateway has it
  caf::io::doorman_ptr peer_acceptor_;   ///< the same for the peers
  std::optional<socket> datagrams_;      ///< and for the heartbeats
  gateway_handle gateway_;
  peers_handle peers_; ///< no actor: by itself
  caf::actor provider_;
  node node_;
  std::optional<asker> asker_;
  std::unique_ptr<http_service> http_; ///< from `bind` on
};

/// A listening address with the port that was taken where the setting says 0.
std::string with_port(const std::string& setting, std::uint16_t port);

} // namespace orderd::cluster
