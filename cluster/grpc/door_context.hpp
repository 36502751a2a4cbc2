// What all calls of the door share. Calls hold it, so that one whose reply is still to come when the server
// is gone finds it.
#pragma once

#include "cluster/api/asker.hpp"
#include "cluster/grpc/answer_thread.hpp"
#include "cluster/grpc/call_budget.hpp"
#include "cluster/grpc/grpc_metrics.hpp"
#include "cluster/grpc/unread_calls.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace orderd::cluster {

/// *Concurrency*: any thread.
struct door_context : std::enable_shared_from_this<door_context> {
  door_context(caf::actor_system& system, const client_options& client, std::size_t units_max,
               std::size_t most_streams)
      : budget(units_max), streams_max(most_streams), ask(system, client) {}

  /// The reply goes to `who`, on the thread of answers.
  void put(std::shared_ptr<const v1::request> what, std::shared_ptr<reply_taker> who) {
    ask.cluster(std::move(what), [self = shared_from_this(), who = std::move(who)](const auto& reply) {
      self->answers.post(who, reply);
    });
  }

  call_budget budget;
  std::shared_ptr<grpc_metrics> metrics = std::make_shared<grpc_metrics>();
  unread_calls unread;
  const std::size_t streams_max;
  std::atomic<std::size_t> streams = 0; ///< open
  asker ask;
  answer_thread answers;
};

} // namespace orderd::cluster
