// The gateway of a node: accepts client connections and moves bytes and messages between them and the shards.
//
//   auto gateway = spawn_gateway(system, {.address = "127.0.0.1:7411", .rules = rules, .metrics = metrics,
//                                      .shards = 4, .version = "0.1.0"});
//   anon_send(gateway->actor, gateway_handles{shards, node}); // connections are accepted from now on
//
// *Operation*: the port is bound when `spawn_gateway` returns; connections wait until `gateway_handles`
// comes. It sends runtime::shard_requests to the shards, one message a shard for all that one read of a
// connection brought, and `node_question` to the node. It takes runtime::gateway_replies from anyone and
// writes the replies of each connection in one frame, or as few as the limit of a frame allows. All rules of
// a connection are in session.hpp; this is the thin shell around it. On an exit message it tells every client
// SHUTTING_DOWN, closes, and ends a moment later.
//
// *Concurrency*: a broker: it runs on the thread of CAF's multiplexer.
//
// *Limitations*: loopback only. As many connections as connection_table.hpp has places for. A client that has
// left more than limits::unsent_reply_bytes_max of replies unread when the next come is closed without a
// word: it would not read that either. However much comes at once, one that reads is not.
#pragma once

#include "cluster/gateway/connection_metrics.hpp"
#include "cluster/wire/connection_table.hpp"
#include "cluster/wire/connection_timeouts.hpp"
#include "config/limits.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/base/result.hpp"
#include "runtime/entity/entity.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/doorman.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace orderd::cluster {

struct gateway_options {
  std::string address = "127.0.0.1:7411"; ///< host:port; port 0 takes a free one
  const runtime::business& rules;         ///< outlives the gateway, as do metrics and clock
  runtime::metrics& metrics;
  const runtime::node_clock& clock; ///< the shards' too: requests get their deadlines from it
  std::uint32_t shards = 1;         ///< as many as gateway_handles will name
  std::string version;              ///< of this program, for HELLO
  connection_places places = {};
  connection_timeouts timeouts = {};
  std::shared_ptr<cluster::connection_metrics> connection_metrics = {}; ///< null: its own
};

struct gateway_handle {
  caf::actor actor;
  std::uint16_t port = 0;
  std::shared_ptr<connection_metrics> metrics; ///< of its connections
};

/// Binds an address for clients: connections wait from then on. `malformed` for an address that is none or
/// not loopback, `unavailable` when it cannot be bound. Pre: the system has the module caf::io::middleman.
runtime::result<caf::io::doorman_ptr> listen_for_clients(caf::actor_system& system,
                                                         const std::string& address);

/// Raises the limit of open files to what the connections need, as far as it may; `unavailable` when that is
/// not far enough.
runtime::result<void> allow_open_files(const connection_places& places);

/// Binds the port, unless it is bound already and given as `acceptor`, and starts the gateway. Faults:
/// `malformed` for an address that is none or not loopback, `unavailable` when the port cannot be bound or
/// the limit of open files is too low for the connections. Pre: the system has the module caf::io::middleman,
/// and init_node_types was called.
runtime::result<gateway_handle> spawn_gateway(caf::actor_system& system, gateway_options options,
                                              caf::io::doorman_ptr acceptor = nullptr);

} // namespace orderd::cluster
