// How far the replicas of a world are, looked at from outside.
#pragma once

#include "cluster/assignment.hpp"
#include "tests/simulation/world_node.hpp"

#include <cstdint>
#include <string>

namespace orderd::simulation {

inline constexpr std::uint32_t copies_wanted = 3;

/// Whether every copy is in sync, and the primary serves.
bool whole(const world_nodes& nodes, const cluster::assignment& there);
/// Whole, and every copy has the same rows and the same end.
bool alike(const world_nodes& nodes, const cluster::assignment& there);
std::string describe(const world_nodes& nodes, const cluster::assignment& there);

} // namespace orderd::simulation
