#include "tests/simulation/world_view.hpp"

#include <algorithm>

namespace orderd::simulation {

bool whole(const world_nodes& nodes, const cluster::assignment& there) {
  if (there.in_sync.size() != std::min<std::size_t>(copies_wanted, nodes.size()))
    return false;
  const auto& leader = nodes.at(there.primary.node);
  return leader->up() && leader->running()->serving() && there.primary == leader->self();
}

bool alike(const world_nodes& nodes, const cluster::assignment& there) {
  if (!whole(nodes, there))
    return false;
  const auto& leader = nodes.at(there.primary.node)->disk;
  return std::all_of(there.nodes.begin(), there.nodes.end(), [&](std::uint32_t node) {
    const auto& disk = nodes.at(node)->disk;
    return disk.applied == leader.applied && disk.rows.all() == leader.rows.all()
           && disk.end() == leader.end();
  });
}

bool may_lose(const world_nodes& nodes, std::uint32_t node, const std::set<std::uint32_t>& lost,
              const std::vector<cluster::assignment>& possible, std::size_t minimum,
              const world_checks& checks) {
  return std::all_of(possible.begin(), possible.end(), [&](const cluster::assignment& there) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const auto& each) {
      const auto& disk = each.second->disk;
      return each.first != node && !lost.contains(each.first)
             && cluster::may_lead(there, each.second->self(), minimum) && !disk.note.copying
             && checks.lost_on(disk) == 0;
    });
  });
}

std::string describe(const world_nodes& nodes, const cluster::assignment& there) {
  std::string out = "term " + std::to_string(there.term) + ", primary " + std::to_string(there.primary.node)
                    + "/" + std::to_string(there.primary.incarnation) + ", in sync";
  for (const auto& each : there.in_sync)
    out += " " + std::to_string(each.node) + "/" + std::to_string(each.incarnation);
  for (const auto& [id, node] : nodes) {
    out += "; node " + std::to_string(id) + "/" + std::to_string(node->disk.identity.incarnation) + " "
           + (node->up() ? std::string{node->running()->state()} : "down") + " promised "
           + std::to_string(node->disk.note.promised) + " end " + std::to_string(node->disk.end())
           + " applied " + std::to_string(node->disk.applied);
    if (node->up())
      for (const auto& each : node->running()->followers())
        out += " [" + std::to_string(each.who.node) + "/" + std::to_string(each.who.incarnation)
               + (each.following ? " follows" : " strange") + (each.copying ? " copying" : "") + " "
               + std::to_string(each.end) + "]";
  }
  return out;
}

} // namespace orderd::simulation
