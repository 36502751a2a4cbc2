// What is said to and by the links between nodes (peers_actor.hpp): what each message says and what its
// receiver does. They stay inside one process and are never serialized.
#pragma once

#include "cluster/wire/type_ids.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Replica host -> peers: these bytes (an encoded peer_message) to the replica host of that shard on that
/// node, or nowhere.
struct peer_send {
  std::uint32_t node = 0;
  std::shared_ptr<const std::string> bytes;
  std::uint32_t shard = 0;
};

/// Peers -> replica host: a node sent these bytes; not decoded, not checked.
struct peer_received {
  std::uint32_t from_node = 0;
  std::shared_ptr<const std::string> bytes;
};

/// Replica host -> peers: so many received bytes of that node are done with. What is not given back is not
/// read again.
struct peer_taken {
  std::uint32_t node = 0;
  std::size_t bytes = 0;
};

/// Node -> peers: the replica hosts by shard; accept and make connections from now on.
struct peers_know {
  std::vector<caf::actor> hosts;
};

/// Directory -> peers: where the nodes are; others are forgotten. One's own is ignored.
struct peer_endpoints {
  std::map<std::uint32_t, std::string> nodes;
};

/// Peers -> every replica host: what is sent to that node from now on goes out; or is dropped, and what was
/// sent before may be lost.
struct link_up {
  std::uint32_t node = 0;
};
struct link_down {
  std::uint32_t node = 0;
};

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_peers, orderd::cluster::type_ids::peers)
CAF_ADD_TYPE_ID(orderd_peers, (orderd::cluster::peer_send))
CAF_ADD_TYPE_ID(orderd_peers, (orderd::cluster::peer_received))
CAF_ADD_TYPE_ID(orderd_peers, (orderd::cluster::peer_taken))
CAF_ADD_TYPE_ID(orderd_peers, (orderd::cluster::peers_know))
CAF_ADD_TYPE_ID(orderd_peers, (orderd::cluster::peer_endpoints))
CAF_ADD_TYPE_ID(orderd_peers, (orderd::cluster::link_up))
CAF_ADD_TYPE_ID(orderd_peers, (orderd::cluster::link_down))
CAF_END_TYPE_ID_BLOCK(orderd_peers)
static_assert(caf::id_block::orderd_peers::end <= orderd::cluster::type_ids::directory);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_send)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peers_know)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::peer_endpoints)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::link_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::link_down)
