// The client library: orders over the wire, as a CAF actor.
//
//   caf::actor_system_config cfg;
//   cfg.load<caf::io::middleman>();
//   orderd::cluster::init_client_types(); // once, before the actor system
//   caf::actor_system sys{cfg};
//   auto client = orderd::cluster::connect(sys, {.endpoint = "127.0.0.1:7411"});
//   caf::scoped_actor self{sys};
//   self->request(client, caf::infinite, order).receive(
//     [](const v1::reply& reply) { ... }, [](const caf::error& why) { ... });
//
// *Operation*: send it a `v1::request` in a `client_request` (below); it answers each with exactly one
// `client_reply`. What is pending when the connection can take more goes out as one frame. It never has
// more unanswered requests than the server's credit window; the rest waits inside. When the connection
// breaks it connects again, with backoff, and sends every unanswered request again: ids make that
// harmless. `overloaded` and `unavailable` faults are retried after the time they name. At a request's
// deadline its caller gets the fault TIMEOUT.
//
// *Concurrency*: an actor; any thread may send to it. Requests of one sender may be answered out of order.
//
// *Limitations*: one endpoint; loopback only.
#pragma once

#include "actors/public.pb.h"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

struct client_options {
  std::string endpoint = "127.0.0.1:7411";   ///< host:port
  std::chrono::milliseconds timeout{30'000}; ///< deadline of a request that names none
  std::uint32_t window = 0;                  ///< most unanswered requests; 0: the server's credit window
};

/// A request to the client actor. `tag` comes back with the reply: whatever its sender wants.
/// A `v1::request` is filled by its sender and shared, never changed after sending.
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

/// The state of the connection, sent to whoever subscribed (`caf::subscribe_atom_v`) on each change.
struct client_state {
  bool connected = false;
  std::uint32_t shards = 0; ///< of the server, once connected
  std::string server_version;
  std::string last_error; ///< why it is not connected
};

/// Starts a client. Never fails: it keeps trying to connect until it is stopped (`caf::exit_reason::
/// user_shutdown`), and requests wait meanwhile until their deadlines.
caf::actor connect(caf::actor_system& system, client_options options);

} // namespace orderd::cluster
