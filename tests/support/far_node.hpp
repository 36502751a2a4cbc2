// Nodes in actor systems of their own, with links over real sockets of this machine, for tests of
// peers_actor.
#pragma once

#include "cluster/gateway/gateway.hpp"
#include "cluster/node/node_types.hpp"
#include "cluster/peers/messages.hpp"
#include "cluster/peers/peers_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace orderd::cluster {

struct peers_config : caf::actor_system_config {
  peers_config() {
    init_node_types();
    load<caf::io::middleman>();
    set("caf.scheduler.max-threads", 1);
  }
};

/// What the replica hosts of a node were told.
class inbox {
public:
  template <class Change>
  void note(Change&& change) {
    const std::lock_guard lock{mutex_};
    change(*this);
    changed_.notify_all();
  }

  /// Whether it holds within ten seconds.
  template <class Condition>
  bool wait_for(Condition&& holds) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return holds(*this); });
  }

  std::map<std::uint32_t, std::vector<std::string>> by_shard;
  std::map<std::uint32_t, bool> up; ///< by node
  std::size_t untaken = 0;          ///< bytes
  std::atomic<bool> takes{true};    ///< gives credit back

private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

inline caf::behavior host(caf::event_based_actor* self, std::uint32_t shard, std::shared_ptr<inbox> told) {
  return {
      [=](const peer_received& what) {
        told->note([&](inbox& in) {
          in.by_shard[shard].push_back(*what.bytes);
          in.untaken += what.bytes->size();
        });
        if (told->takes)
          self->send(caf::actor_cast<caf::actor>(self->current_sender()),
                     peer_taken{what.from_node, what.bytes->size()});
      },
      [=](const link_up& what) { told->note([&](inbox& in) { in.up[what.node] = true; }); },
      [=](const link_down& what) { told->note([&](inbox& in) { in.up[what.node] = false; }); },
  };
}

/// What a node allows others. Nobody needs a second to read on loopback why it is refused.
struct far_limits {
  std::uint16_t port = 0; ///< 0: a free one
  std::size_t unsent_bytes_max = limits::peer_unsent_bytes_max;
  std::size_t untaken_bytes_max = limits::peer_untaken_bytes_max;
  std::size_t untaken_total_max = limits::peer_untaken_total_max;
  connection_timeouts timeouts{.parting = std::chrono::milliseconds{100}};
};

class far_node {
public:
  explicit far_node(std::uint32_t node, const far_limits& given = {}) : known{node} {
    known.know({{1, 1}, {2, 1}, {3, 1}});
    auto made = spawn_peers(system_, {.address = "127.0.0.1:" + std::to_string(given.port),
                                      .own = {"orders", {node, 1}},
                                      .shards = 2,
                                      .known = known,
                                      .metrics = metrics,
                                      .unsent_bytes_max = given.unsent_bytes_max,
                                      .untaken_bytes_max = given.untaken_bytes_max,
                                      .untaken_total_max = given.untaken_total_max,
                                      .timeouts = given.timeouts});
    runtime::require(static_cast<bool>(made), "a node could not listen");
    peers = *made;
    caf::anon_send(peers.actor, peers_know{{system_.spawn(host, 0u, told), system_.spawn(host, 1u, told)}});
  }
  ~far_node() { caf::anon_send_exit(peers.actor, caf::exit_reason::user_shutdown); }
  far_node(const far_node&) = delete;
  far_node& operator=(const far_node&) = delete;

  void know(std::map<std::uint32_t, std::uint16_t> ports) {
    peer_endpoints where;
    for (const auto& [node, port] : ports)
      where.nodes[node] = "127.0.0.1:" + std::to_string(port);
    caf::anon_send(peers.actor, std::move(where));
  }

  void send(std::uint32_t node, std::uint32_t shard, std::string text) {
    caf::anon_send(peers.actor, peer_send{node, std::make_shared<const std::string>(std::move(text)), shard});
  }

  bool waits_for_link(std::uint32_t node, bool up = true) {
    return told->wait_for([&](inbox& in) { return in.up.contains(node) && in.up[node] == up; });
  }

  /// Names of the series that the page of metrics has.
  std::size_t series() const {
    std::size_t all = 0;
    for (const auto& family : metrics.Collect())
      all += family.metric.size();
    return all;
  }

  known_nodes known;
  cluster_metrics metrics;
  std::shared_ptr<inbox> told = std::make_shared<inbox>();

private:
  peers_config config_;
  caf::actor_system system_{config_};

public:
  peers_handle peers;
};

} // namespace orderd::cluster
