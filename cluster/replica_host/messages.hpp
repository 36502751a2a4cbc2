// What is said to and by the host of a replica: what each message says and what its receiver does. With the
// directory it speaks as directory/messages.hpp says, with the links to other nodes as peers/messages.hpp.
// They stay inside one process and are never serialized.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/replication/primary.hpp"
#include "cluster/replication/term_table.hpp"
#include "cluster/wire/type_ids.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Node -> replica host: these are the others, and where replies go; start.
struct replica_handles {
  std::vector<caf::actor> hosts; ///< by shard, itself included
  caf::actor gateway;
  caf::actor peers;
  caf::actor directory;
};

/// Replica host -> itself: time has passed.
struct replica_tick {};

/// Node -> replica host: say how your replica is; the answer is a `replica_description`.
struct describe_replica {};
struct replica_description {
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

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_replica_host, orderd::cluster::type_ids::replica_host)
CAF_ADD_TYPE_ID(orderd_replica_host, (orderd::cluster::replica_handles))
CAF_ADD_TYPE_ID(orderd_replica_host, (orderd::cluster::replica_tick))
CAF_ADD_TYPE_ID(orderd_replica_host, (orderd::cluster::describe_replica))
CAF_ADD_TYPE_ID(orderd_replica_host, (orderd::cluster::replica_description))
CAF_END_TYPE_ID_BLOCK(orderd_replica_host)
static_assert(caf::id_block::orderd_replica_host::end <= orderd::cluster::type_ids::node);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::replica_handles)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::replica_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::describe_replica)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::replica_description)
