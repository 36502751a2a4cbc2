// How far the replicas of a world are, looked at from outside.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "tests/simulation/world_node.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace orderd::simulation {

inline constexpr std::uint32_t copies_wanted = 3;

/// Whether every copy is in sync, and the primary serves.
bool whole(const world_nodes& nodes, const cluster::assignment& there);
/// Whole, and every copy has the same rows and the same end.
bool alike(const world_nodes& nodes, const cluster::assignment& there);
/// Whether everything acknowledged would still be with somebody who may lead, whatever of `possible` the
/// store has, if that node's disk were lost too.
bool may_lose(const world_nodes& nodes, std::uint32_t node, const std::set<std::uint32_t>& lost,
              const std::vector<cluster::assignment>& possible, std::size_t minimum,
              const world_checks& checks);
std::string describe(const world_nodes& nodes, const cluster::assignment& there);

} // namespace orderd::simulation
