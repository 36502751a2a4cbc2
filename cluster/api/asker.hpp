// Asks the cluster on behalf of a door (HTTP, gRPC): a request goes in, its reply comes to a function.
//
//   asker ask{system, {.endpoint = "127.0.0.1:7411"}};
//   ask.cluster(std::move(request), [](const auto& reply) { ... });      // whoever leads its shard
//   ask.node("127.0.77.2:7411", std::move(request), [](const auto& reply) { ... }); // that node itself
//
// *Operation*: an actor around clients of the client library (client.hpp): one that follows leaders, and one
// for each node that is asked for itself, made on first use. Each request is answered exactly once, by its
// `timeout_ms` at the latest, and at once with SHUTTING_DOWN after `stop`.
//
// *Concurrency*: any thread. The function runs on a thread of the actor system and must be short: post what
// it gets to the door's own thread. It is destroyed after its call.
//
// *Limits*: at most `nodes_asked_max` nodes are asked for themselves; another gets UNAVAILABLE. How many
// requests are under way is bounded by who asks.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/client/client.hpp"
#include "cluster/wire/type_ids.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace orderd::cluster {

class asker {
public:
  using answer = std::function<void(const std::shared_ptr<const v1::reply>&)>;

  static constexpr std::size_t nodes_asked_max = 64;

  /// `options` as of the client that follows leaders. `system` must outlive it.
  asker(caf::actor_system& system, const client_options& options);
  ~asker();
  asker(const asker&) = delete;
  asker& operator=(const asker&) = delete;

  void cluster(std::shared_ptr<const v1::request> what, answer then) const;
  void node(std::string endpoint, std::shared_ptr<const v1::request> what, answer then) const;

  /// Of the cluster; 0 until it is connected. A request that names a shard needs it.
  std::uint32_t shards() const noexcept { return shards_->load(std::memory_order_relaxed); }

  /// What is under way is answered, and everything from now on gets SHUTTING_DOWN.
  void stop() const;

private:
  std::shared_ptr<std::atomic<std::uint32_t>> shards_; ///< set by the actor
  caf::actor actor_;
};

/// Door -> asker: ask this; of the node at `endpoint`, or of the cluster where it is empty. Stays in the
/// process.
struct asker_question {
  std::string endpoint;
  std::shared_ptr<const v1::request> what;
  std::shared_ptr<asker::answer> then;
};

/// Registers the types of messages. Call before the actor system exists.
void init_asker_types();

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_asker, orderd::cluster::type_ids::asker)
CAF_ADD_TYPE_ID(orderd_asker, (orderd::cluster::asker_question))
CAF_END_TYPE_ID_BLOCK(orderd_asker)
static_assert(caf::id_block::orderd_asker::end <= orderd::cluster::type_ids::end);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::asker_question)
