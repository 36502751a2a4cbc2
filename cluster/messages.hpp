// Every message between the actors of this folder and their peers: what it says and what its receiver does.
// They stay inside one process and are never serialized. What the client actor and its users say to each
// other is in client.hpp.
#pragma once

#include "cluster/client.hpp"
#include "cluster/session.hpp"
#include "cluster/socket.hpp"
#include "runtime/messages.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Node -> gateway: these answer what clients ask; start accepting connections.
struct gateway_peers {
  std::vector<caf::actor> shards; ///< by number; answer runtime::shard_requests with runtime::gateway_replies
  caf::actor node;                ///< answers `node_question` with runtime::gateway_replies
};

/// Node -> itself: see how full the disk is.
struct look_at_disk_again {};

/// Client -> connector: connect; the answer is `connect_done`.
struct connect_to {
  std::size_t link = 0; ///< comes back with the answer
  std::string endpoint;
};

/// Connector -> client: a connected socket, or why there is none.
struct connect_done {
  std::size_t link = 0;
  std::shared_ptr<socket> connected;
  std::string error;
};

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_cluster, caf::id_block::orderd_runtime::end)
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::gateway_peers))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::node_question))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::look_at_disk_again))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::connect_to))
CAF_ADD_TYPE_ID(orderd_cluster, (orderd::cluster::connect_done))
CAF_END_TYPE_ID_BLOCK(orderd_cluster)
static_assert(caf::id_block::orderd_cluster::end <= caf::id_block::orderd_client::begin);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::gateway_peers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::node_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::look_at_disk_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::connect_to)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::connect_done)
