// Every message between the actors of this folder and their peers: what it says and what its receiver does.
// They stay inside one process and are never serialized. What the client actor and its users say to each
// other is in client.hpp.
#pragma once

#include "cluster/client/client.hpp"
#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/held_configuration.hpp"
#include "cluster/configuration/membership.hpp"
#include "cluster/gateway/session.hpp"
#include "cluster/replication/primary.hpp"
#include "cluster/wire/socket.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Node -> gateway: these answer what clients ask; start accepting connections.
struct gateway_peers {
  std::vector<caf::actor> shards; ///< by number; answer runtime::shard_requests with runtime::gateway_replies
  caf::actor node;                ///< answers `node_question` with runtime::gateway_replies
};

// -- a node of a cluster ---------------------------------------------------------------------------

/// Directory -> seats: what the configuration store has of each shard, by shard; version 0: nothing yet.
struct assignments_seen {
  std::shared_ptr<const std::vector<versioned_assignment>> shards;
};

/// Directory -> seats, node: the nodes that announced themselves, by number.
struct nodes_seen {
  std::shared_ptr<const std::map<std::uint32_t, known_node>> nodes;
};

/// Seat -> directory: compare-and-set the shard's assignment. The answer is `assignment_decided`, or
/// `assignment_undecided`.
struct propose_assignment {
  std::uint32_t shard = 0;
  std::uint64_t expected_version = 0;
  assignment what;
};
struct assignment_decided {
  versioned_assignment now_there;
};
struct assignment_undecided {};

/// Seat -> directory: read the assignments again; the answer comes as `assignments_seen`.
struct look_up_assignments {};

/// Directory -> itself: read again, as every so often.
struct poll_store {};

/// Directory -> node: this is the directory.
struct directory_known {
  caf::actor directory;
};

/// Node -> directory: say what you hold of the store; the answer is a `configuration_description`.
struct describe_configuration {};
struct configuration_description {
  std::shared_ptr<const held_configuration> held;
  std::string store; ///< "believed", "unreachable", "empty", ...
};

/// Node -> directory: write records that a person wants in the store. The answer is a `store_changed`.
struct change_store {
  std::shared_ptr<const v1::request> asked; ///< of those that come with more than their name
  runtime::unix_ms at = 0;
};
struct store_changed {
  std::optional<runtime::fault> refused; ///< then nothing that is believed has changed
  std::string audit;                     ///< the record in the store that says who did what
};

/// Directory -> itself: make the next call of the store that is due.
struct call_store {};

/// The answer to one request that is no shard's: its body, to its caller.
inline runtime::gateway_replies one_reply(runtime::caller to, std::string body) {
  return {{{to, std::make_shared<const std::string>(std::move(body))}}, std::nullopt};
}

/// Node -> seat: these are the others, and where replies go; start.
struct seat_peers {
  std::vector<caf::actor> seats; ///< by shard, itself included
  caf::actor gateway;
  caf::actor peers;
  caf::actor directory;
};

/// Seat -> itself: time has passed.
struct seat_tick {};

/// Node -> seat: say how your replica is; the answer is a `seat_description`.
struct describe_seat {};
struct seat_description {
  std::uint32_t shard = 0;
  versioned_assignment known;
  std::uint64_t committed = 0;
  std::uint64_t end = 0;
  std::string state;
  std::vector<follower_view> followers;
  std::uint64_t promised = 0;
  std::uint64_t end_term = 0;    ///< of the last epoch of the journal
  bool copying = false;          ///< the rows are an incomplete copy
  std::vector<term_start> terms; ///< of the journal
  std::vector<runtime::missed_copy> missed = {};
  std::string refusing_because = {}; ///< as of runtime::shard_description
};

/// Node -> itself: see how full the disk is.
struct look_at_disk_again {};

/// Client or peers -> connector: connect; the answer is `connect_done`.
struct connect_to {
  std::size_t link = 0; ///< comes back with the answer
  std::string endpoint;
};

/// Connector -> whoever asked: a connected socket, or why there is none.
struct connect_done {
  std::size_t link = 0;
  std::shared_ptr<socket> connected;
  std::string error;
};

// -- between nodes (peers_actor.hpp) -------------------------------------------------------------

/// Seat -> peers: these bytes (an encoded peer_message) to the seat of that shard on that node, or nowhere.
struct peer_send {
  std::uint32_t node = 0;
  std::shared_ptr<const std::string> bytes;
  std::uint32_t shard = 0;
};

/// Peers -> seat: a node sent these bytes; not decoded, not checked.
struct peer_received {
  std::uint32_t from_node = 0;
  std::shared_ptr<const std::string> bytes;
};

/// Seat -> peers: so many received bytes of that node are done with. What is not given back is not read
/// again.
struct peer_taken {
  std::uint32_t node = 0;
  std::size_t bytes = 0;
};

/// Node -> peers: the seats by shard; accept and make connections from now on.
struct peers_know {
  std::vector<caf::actor> seats;
};

/// Directory -> peers: where the nodes are; others are forgotten. One's own is ignored.
struct peer_endpoints {
  std::map<std::uint32_t, std::string> nodes;
};

/// Peers -> every seat: what is sent to that node from now on goes out; or is dropped, and what was sent
/// before may be lost.
struct link_up {
  std::uint32_t node = 0;
};
struct link_down {
  std::uint32_t node = 0;
};

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_cluster, caf::id_block::orderd_runtime::end)
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::gateway_peers))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::node_question))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::look_at_disk_again))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::connect_to))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::connect_done))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::peer_send))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::peer_received))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::peer_taken))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::peers_know))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::peer_endpoints))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::link_up))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::link_down))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::assignments_seen))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::nodes_seen))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::propose_assignment))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::assignment_decided))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::assignment_undecided))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::look_up_assignments))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::poll_store))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::seat_peers))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::seat_tick))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::describe_seat))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::seat_description))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::call_store))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::directory_known))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::describe_configuration))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::configuration_description))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::change_store))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::store_changed))
CAF_END_TYPE_ID_BLOCK(orderd_cluster)
static_assert(caf::id_block::orderd_cluster::end <= caf::id_block::orderd_client::begin);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::gateway_peers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::node_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::look_at_disk_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::connect_to)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::connect_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_send)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peers_know)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_endpoints)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::link_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::link_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::assignments_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::nodes_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::propose_assignment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::assignment_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::assignment_undecided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::look_up_assignments)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::poll_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::seat_peers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::seat_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::describe_seat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::seat_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::call_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::directory_known)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::describe_configuration)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::configuration_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::change_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::store_changed)
