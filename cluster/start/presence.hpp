// Whether the process that announced a node still runs: asked of it, as a client asks.
#pragma once

#include "cluster/configuration/membership.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace orderd::cluster {

/// Asks at the address that the node was announced with who is there, unless that is `own_endpoint`, which
/// the caller listens on itself. A sentence when it is that node of that cluster, or something that takes the
/// connection and does not say who it is within `limit`, or ends it: it may be that node, held still or with
/// all the connections that it takes. nullopt: nobody listens, or it is somebody else. Blocks.
std::optional<std::string> who_answers(const known_node& announced, std::uint32_t node,
                                       const std::string& cluster, const std::string& own_endpoint,
                                       std::chrono::milliseconds limit);

/// Asks the other nodes whether one of them hears heartbeats of that node, wherever it runs: a sentence about
/// it. A node that ended is heard for the grace of heartbeats (lease_board.hpp) after its last. Blocks, for
/// up to `limit` each.
std::optional<std::string> who_hears(const std::map<std::uint32_t, known_node>& others, std::uint32_t node,
                                     const std::string& cluster, std::chrono::milliseconds limit);

} // namespace orderd::cluster
