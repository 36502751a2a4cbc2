// The links of a node to the others: moves messages between its replica hosts and theirs.
//
//   auto peers = spawn_peers(system, {.address = "127.0.0.1:7511", .own = own, .shards = 8, .metrics =
//   numbers}); anon_send(peers->actor, peers_know{replica hosts});         // connections are accepted and
//   made from now on anon_send(peers->actor, peer_endpoints{endpoints}); // again whenever they change
//
// *Operation*: the port is bound when `spawn_peers` returns. To each other node it knows the endpoint of it
// makes one connection, for sending; the other node makes one back. When a connection is lost or cannot be
// made it tries again after 20 ms to a second. Replica hosts say `peer_send`, and get `peer_received`, which
// they give back as `peer_taken`; all of them are told `link_up` and `link_down`. The rules of a connection
// are in peer_talk.hpp. On an exit message it closes everything and ends.
//
// Another node has one connection to this one, by which its messages come. One more waits, and is not read,
// until the older one is closed or found dead: the kernel asks an idle one once a second, and gives it up
// when two questions are not answered. So nobody's link is cut by whoever says its number, and nothing that
// an older connection still brings comes after what a newer one brings. Only nodes that the configuration
// store has are spoken with; of one that leaves it, nothing is kept.
//
// A message may be lost: while there is no link, above `unsent_bytes_max`, and with a link. Those of one link
// arrive in their order, and unchanged as far as TCP says; whoever decodes them checks.
//
// *Concurrency*: a broker: it runs on the thread of CAF's multiplexer, and parses no message there. Each
// node's connections are made on a thread of its own.
//
// *Limitations*: loopback only. At most limits::peer_connections_max connections from others that have said
// who they are, and limits::peer_connections_waiting_max of a node that wait; any more are closed. Those that
// have not are a small pool of their own, in which the oldest goes first (connection_table.hpp). A node whose
// messages the replica hosts leave above `untaken_bytes_max`, or at all while those of all nodes are above
// `untaken_total_max`, is not read until they take some. Until connections are authenticated, who waits first
// with a node's number comes next.
#pragma once

#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/peers/peer_talk.hpp"
#include "cluster/wire/connection_timeouts.hpp"
#include "config/peer_limits.hpp"
#include "runtime/base/result.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/doorman.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace orderd::cluster {

struct peers_options {
  std::string address; ///< host:port; port 0 takes a free one
  peer_identity own;
  std::uint32_t shards = 1; ///< as many as peers_know will have replica hosts
  const known_nodes& known; ///< outlives the actor
  cluster_metrics& metrics; ///< outlives the actor
  std::size_t unsent_bytes_max = limits::peer_unsent_bytes_max;
  std::size_t untaken_bytes_max = limits::peer_untaken_bytes_max;
  std::size_t untaken_total_max = limits::peer_untaken_total_max; ///< of all nodes together
  connection_timeouts timeouts = {};
};

struct peers_handle {
  caf::actor actor;
  std::uint16_t port = 0;
};

/// Binds an address for the other nodes: their connections wait from then on. Faults and pre as below.
runtime::result<caf::io::doorman_ptr> listen_for_peers(caf::actor_system& system, const std::string& address);

/// Binds the port, unless it is bound already and given as `acceptor`, and starts the actor. Faults:
/// `malformed` for an address that is none or not loopback, `unavailable` when the port cannot be bound. Pre:
/// the system has the module caf::io::middleman, and init_node_types was called.
runtime::result<peers_handle> spawn_peers(caf::actor_system& system, peers_options options,
                                          caf::io::doorman_ptr acceptor = nullptr);

} // namespace orderd::cluster
