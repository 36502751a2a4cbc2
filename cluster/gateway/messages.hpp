// What the gateway and its node say to each other: what each message says and what its receiver does.
// They stay inside one process and are never serialized.
#pragma once

#include "cluster/gateway/session.hpp"
#include "cluster/wire/type_ids.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <vector>

namespace orderd::cluster {

/// Node -> gateway: these answer what clients ask; start accepting connections.
struct gateway_handles {
  std::vector<caf::actor> shards; ///< by number; answer runtime::shard_requests with runtime::gateway_replies
  caf::actor node;                ///< answers `node_question` with runtime::gateway_replies
};

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_gateway, orderd::cluster::type_ids::gateway)
CAF_ADD_TYPE_ID(orderd_gateway, (orderd::cluster::gateway_handles))
CAF_ADD_TYPE_ID(orderd_gateway, (orderd::cluster::node_question))
CAF_END_TYPE_ID_BLOCK(orderd_gateway)
static_assert(caf::id_block::orderd_gateway::end <= orderd::cluster::type_ids::peers);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::gateway_handles)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::node_question)
