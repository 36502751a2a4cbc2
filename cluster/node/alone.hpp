// A node by itself: a cluster of one node, with one copy of each shard and a configuration store in memory.
//
// It is put together and runs as a member of any cluster does (node.hpp): it leads every shard, in a term of
// its own after each start, and commits what its own journal has. What sets it apart is what it finds when it
// starts: everything in its journal is committed, since nobody else had to have it.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "cluster/node/node.hpp"
#include "runtime/base/result.hpp"
#include "runtime/storage/store.hpp"

#include <string>

namespace orderd::cluster {

/// The one node of such a cluster, on the disk it was made with.
inline constexpr replica_id the_only_replica{0, 1};

/// The terms of such a cluster have no id, since nobody can join it.
inline bool alone(const cluster_terms& of) noexcept {
  return of.id.empty();
}

/// Recovers the disk (runtime::recover, with its faults), and says what is on it.
runtime::result<node_start> recover_alone(runtime::storage& disk);

/// Makes `store`, which is empty, that of the cluster: who the node is, and that it leads each shard, in a
/// term above all that its disk has seen.
void make_store_alone(configuration_store& store, const node_start& node, const std::string& client_endpoint);

} // namespace orderd::cluster
