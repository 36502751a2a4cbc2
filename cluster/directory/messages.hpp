// What the directory of a node says, and what is asked of it: what each message says and what its receiver
// does. They stay inside one process and are never serialized.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/held_configuration.hpp"
#include "cluster/configuration/membership.hpp"
#include "cluster/wire/type_ids.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/result.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Directory -> replica hosts: what the configuration store has of each shard, by shard; version 0: nothing
/// yet.
struct assignments_seen {
  std::shared_ptr<const std::vector<versioned_assignment>> shards;
};

/// Directory -> replica hosts, node: the nodes that announced themselves, by number.
struct nodes_seen {
  std::shared_ptr<const std::map<std::uint32_t, known_node>> nodes;
};

/// Replica host -> directory: compare-and-set the shard's assignment. The answer is `assignment_decided`, or
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

/// Replica host -> directory: read the assignments again; the answer comes as `assignments_seen`.
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

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_directory, orderd::cluster::type_ids::directory)
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::assignments_seen))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::nodes_seen))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::propose_assignment))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::assignment_decided))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::assignment_undecided))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::look_up_assignments))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::poll_store))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::directory_known))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::describe_configuration))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::configuration_description))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::change_store))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::store_changed))
CAF_ADD_TYPE_ID(orderd_directory, (orderd::cluster::call_store))
CAF_END_TYPE_ID_BLOCK(orderd_directory)
static_assert(caf::id_block::orderd_directory::end <= orderd::cluster::type_ids::replica_host);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::assignments_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::nodes_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::propose_assignment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::assignment_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::assignment_undecided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::look_up_assignments)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::poll_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::directory_known)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::describe_configuration)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::configuration_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::change_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::store_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::call_store)
