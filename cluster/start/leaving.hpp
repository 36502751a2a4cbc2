// How a data folder of a cluster's node is kept from starting by itself, and how it leaves its cluster.
#pragma once

#include "runtime/base/result.hpp"

#include <string>

namespace orderd::cluster {

/// Refuses the folder of a cluster's node to a node by itself, naming the cluster: `malformed`.
runtime::result<void> check_alone(const std::string& data_dir);

/// Makes the folder of a cluster's node that of a node by itself. Gives the sentence that says what it means,
/// with the epoch that each shard ends with. `malformed` when it is none, or could not serve alone: it is not
/// whole, its node does not trust it, or it never joined; else as open_storage.
runtime::result<std::string> leave_cluster(const std::string& data_dir);

} // namespace orderd::cluster
