// Which shards this node owns, and in which term, by the configuration store.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "runtime/base/result.hpp"
#include "runtime/storage/commit_tracker.hpp"

#include <cstdint>

namespace orderd::cluster {

struct owned_shard {
  std::uint64_t term = 0;
};

/// Takes ownership of a shard for `self`: reads its assignment, makes the first one (term 1, `self` alone
/// in sync) when there is none. `unavailable` when the store does not answer or another node owns it.
runtime::result<owned_shard> own_shard(configuration_store& store, std::uint32_t shard,
                                       runtime::replica_id self);

} // namespace orderd::cluster
