// What a start checks before it goes on (joining.hpp): what was recovered from the disk, and whether a
// process has the node's number.
#pragma once

#include "cluster/start/joining.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace orderd::cluster {

/// `corrupt`: a journal and a state that do not fit together, other than of an incomplete copy.
runtime::result<void> check_found(const std::vector<runtime::replica_storage>& shards);

/// `unavailable` when a process answers where the number was announced, or other nodes hear it; one that has
/// just ended is heard for a moment still, and waited for. `shutting_down` when told not to wait.
runtime::result<void> check_number_is_free(const joining_ports& ports, std::uint32_t node,
                                           const std::string& cluster, const known_node& announced,
                                           const std::map<std::uint32_t, known_node>& others);

} // namespace orderd::cluster
