// What sessions have read, handed on to those who answer it, as the gateway does.
#pragma once

#include "cluster/gateway/messages.hpp"
#include "cluster/gateway/session.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace orderd::simulation {

inline void hand_on(cluster::asked_requests& asked, const caf::actor& gateway,
                    const std::vector<caf::actor>& shards, const caf::actor& node,
                    std::chrono::steady_clock::time_point now) {
  for (std::size_t shard = 0; shard < asked.by_shard.size(); ++shard) {
    if (asked.by_shard[shard].empty())
      continue;
    auto batch = std::make_shared<std::vector<runtime::request>>(std::exchange(asked.by_shard[shard], {}));
    caf::send_as(gateway, shards[shard], runtime::shard_requests{std::move(batch), now});
  }
  for (const auto& question : std::exchange(asked.for_node, {}))
    caf::send_as(gateway, node, question);
}

} // namespace orderd::simulation
