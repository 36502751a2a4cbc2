// What recovery found of a shard on this node's disk, as its replica reads it.
#pragma once

#include "cluster/replication/replica_log.hpp"
#include "runtime/base/result.hpp"
#include "runtime/storage/recovery.hpp"

namespace orderd::cluster {

/// `malformed` when its note cannot be read. A copy that was not finished counts as nothing: its rows and
/// epochs are of no one history, and are not held against the primary's.
runtime::result<replica_start> start_of(const runtime::replica_storage& found);

} // namespace orderd::cluster
