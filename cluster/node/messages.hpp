// What the actor of a node says to itself. They stay inside one process and are never serialized.
#pragma once

#include "cluster/wire/type_ids.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

namespace orderd::cluster {

/// Node -> itself: see how full the disk is.
struct look_at_disk_again {};

/// Node -> itself: read the metrics, for the last hour.
struct read_metrics_again {};

} // namespace orderd::cluster

CAF_BEGIN_TYPE_ID_BLOCK(orderd_node, orderd::cluster::type_ids::node)
CAF_ADD_TYPE_ID(orderd_node, (orderd::cluster::look_at_disk_again))
CAF_ADD_TYPE_ID(orderd_node, (orderd::cluster::read_metrics_again))
CAF_END_TYPE_ID_BLOCK(orderd_node)
static_assert(caf::id_block::orderd_node::end <= orderd::cluster::type_ids::end);

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::look_at_disk_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::cluster::read_metrics_again)
