// Whether the process that announced a node still runs: asked of it, as a client asks.
#pragma once

#include "cluster/membership.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace orderd::cluster {

/// Asks at the address that the node was announced with who is there, unless that is `own_endpoint`, which
/// the caller listens on itself. A sentence when it is that node of that cluster, or something that does not
/// say who it is within `limit`: it may be that node, held still. nullopt: nobody listens, or it is somebody
/// else. Blocks.
std::optional<std::string> who_answers(const known_node& announced, std::uint32_t node,
                                       const std::string& cluster, const std::string& own_endpoint,
                                       std::chrono::milliseconds limit);

} // namespace orderd::cluster
