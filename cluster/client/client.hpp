// The client library: orders over the wire, as a CAF actor.
//
//   orderd::cluster::init_client_types(); // once, before the configuration of the actor system
//   caf::actor_system_config config;
//   config.load<caf::io::middleman>();
//   caf::actor_system system{config};
//   auto client = orderd::cluster::connect(system, {.endpoint = "127.0.0.1:7411"});
//   caf::scoped_actor self{system};
//   self->send(client, client_request{tag, std::make_shared<const v1::request>(order)});
//   self->receive([](const client_replies& replies) { ... });
//
// tests/system/cluster/client/client_example.cpp is a whole program. Ids of orders come from
// actors::make_order_id.
//
// *Operation*: send it `client_request` or, many at once, `client_requests`. Each is answered with exactly
// one `client_reply`, in a `client_replies` to the sender of the request. What is pending when the connection
// can take more goes out as one frame. It never has more unanswered requests than the server's credit window;
// the rest waits inside. When the connection breaks it connects again, with backoff, and sends every
// unanswered request again: ids make that harmless. `overloaded` and `unavailable` faults are retried after
// the time they name, the latter no longer than `patience`. At a request's deadline its caller gets the fault
// TIMEOUT when it may have taken effect, UNAVAILABLE when no server took it: fault_meaning.hpp.
//
// *Clusters*: name one node or more; it asks for the others, connects to those that lead the shards it needs,
// and sends each request to the leader of its shard. When leaders change it asks until it finds the new ones
// and sends there what is unanswered, as after a broken connection; client_router.hpp says how.
//
// *Concurrency*: an actor; any thread may send to it. Requests of one sender may be answered out of order. It
// does not keep its callers alive, and answers to a caller that has ended go nowhere. Anonymous messages have
// no caller and are ignored.
//
// *Limitations*: loopback only. Requests that wait inside are held in memory until their
// deadlines: who sends faster than the server answers bounds the requests that it has under way itself.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/wire/type_ids.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

struct client_options {
  std::string endpoint = "127.0.0.1:7411";   ///< host:port of a node, or of several, with commas between
  std::chrono::milliseconds timeout{30'000}; ///< deadline of a request that names none
  std::uint32_t window = 0;                  ///< most unanswered requests; 0: the server's credit window
  bool follow = true;        ///< false: ask the first node alone; what it does not lead gets `not_owner`
  bool retry_refused = true; ///< false: `overloaded` and `unavailable` go to the caller at once
  /// How long a request that nobody began waits once a node has said UNAVAILABLE of its shard (below a
  /// majority, or led by nobody for longer than a takeover takes); then its caller is told that.
  std::chrono::milliseconds patience{5'000};
  bool is_operator = false; ///< a person's tool: a node that is full keeps places for those
};

/// A request to the client actor. `tag` comes back with the reply: whatever its sender wants.
/// A `v1::request` is filled by its sender and shared, never changed after sending. Its `timeout_ms`, if set,
/// is its deadline.
struct client_request {
  std::uint64_t tag = 0;
  std::shared_ptr<const orderd::v1::request> what;
};

/// Many at once: one message instead of one each.
using client_requests = std::vector<client_request>;

/// The answers, to the sender of the requests, as plain messages; as many at once as came together.
struct client_reply {
  std::uint64_t tag = 0;
  std::shared_ptr<const orderd::v1::reply> what;
};
using client_replies = std::vector<client_reply>;

/// The state of the connections, sent at once and on each change to whoever sent `caf::subscribe_atom_v`.
struct client_state {
  bool connected = false;   ///< to any node
  std::uint32_t shards = 0; ///< once connected
  std::string server_version;
  std::string last_error; ///< why it is not connected, once every endpoint has been tried
};

/// The endpoints of such a text, without what is empty.
std::vector<std::string> split_endpoints(std::string_view text);

/// Registers the types of messages. Call before the actor system exists, from one thread; again is harmless.
void init_client_types();

/// Starts a client. Never fails: it keeps trying to connect until it is stopped (`caf::exit_reason::
/// user_shutdown`), and requests wait meanwhile until their deadlines. What is unanswered when it stops is
/// answered with TIMEOUT, or with UNAVAILABLE if it was never sent.
caf::actor connect(caf::actor_system& system, client_options options);

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_client, orderd::cluster::type_ids::client)
CAF_ADD_TYPE_ID(orderd_client, (orderd::cluster::client_request))
CAF_ADD_TYPE_ID(orderd_client, (orderd::cluster::client_reply))
CAF_ADD_TYPE_ID(orderd_client, (orderd::cluster::client_state))
CAF_ADD_TYPE_ID(orderd_client, (std::vector<orderd::cluster::client_request>))
CAF_ADD_TYPE_ID(orderd_client, (std::vector<orderd::cluster::client_reply>))
CAF_END_TYPE_ID_BLOCK(orderd_client)
static_assert(caf::id_block::orderd_client::end <= orderd::cluster::type_ids::gateway);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::client_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::client_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::client_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<orderd::cluster::client_request>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<orderd::cluster::client_reply>)
