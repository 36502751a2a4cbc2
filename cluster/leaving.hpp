// How a data folder of a cluster's node is kept from starting by itself, and how it leaves its cluster.
#pragma once

#include "runtime/result.hpp"

#include <string>

namespace orderd::cluster {

/// Refuses the folder of a cluster's node to a node by itself, naming the cluster: `malformed`.
runtime::result<void> check_alone(const std::string& data_dir);

/// Makes the folder of a cluster's node that of a node by itself. Gives the sentence that says what it means.
/// `malformed` when it is none.
runtime::result<std::string> leave_cluster(const std::string& data_dir);

} // namespace orderd::cluster
