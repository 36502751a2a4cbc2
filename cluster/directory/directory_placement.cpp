// Where shards are placed, and placed again.
#include "cluster/directory/directory_actor.hpp"
#include "runtime/base/log.hpp"

#include <utility>

namespace orderd::cluster {

namespace log = runtime::log;

void directory_actor::place_shards() {
  std::vector<std::uint32_t> nodes;
  for (const auto& [number, node] : held_.nodes())
    nodes.push_back(number);
  const bool enough = nodes.size() >= options_.terms.replication;
  if (nodes.empty() || (!enough && clock().now() - started_at_ < options_.placement_wait))
    return;
  if (enough != !std::exchange(told_few_, !enough) && !enough)
    log::warn("directory", "too_few_nodes",
              {{"nodes", nodes.size()}, {"replication", options_.terms.replication}},
              "shards have fewer copies than wanted until more nodes are there");
  for (std::uint32_t shard = 0; shard < held_.shards().size(); ++shard) {
    if (held_.shards()[shard].version == 0)
      place(shard, nodes);
    else if (placed_on_a_lost_disk(held_.shards()[shard].what))
      place_again(shard);
    else
      place_another(shard, nodes);
  }
}

void directory_actor::place(std::uint32_t shard, const std::vector<std::uint32_t>& nodes) {
  auto where = first_placement(shard, nodes, options_.terms.replication);
  const auto first = where.front();
  const auto made = first_assignment({first, held_.nodes().at(first).disk.incarnation}, std::move(where));
  put_there(shard, made);
}

/// Whether the primary's node has another disk, a newer one or an earlier that serves again, and nothing was
/// committed: then nobody could ever lead.
bool directory_actor::placed_on_a_lost_disk(const assignment& now) const {
  const auto node = held_.nodes().find(now.primary.node);
  return never_committed(now, min_in_sync(options_.terms.replication)) && node != held_.nodes().end()
         && node->second.disk.incarnation != now.primary.incarnation;
}

void directory_actor::place_again(std::uint32_t shard) {
  const auto& now = held_.shards()[shard].what;
  const auto node = now.primary.node;
  log::info("directory", "placed_again", {{"shard", shard}, {"primary", node}}, "its first disk is gone");
  put_there(shard, placed_again(now, {node, held_.nodes().at(node).disk.incarnation}));
}

/// Nothing happens when it cannot be said that it is there, or another change came first: the next read
/// tells. Nor where the store has a record that is not believed: a person writes that one again.
void directory_actor::put_there(std::uint32_t shard, const assignment& what) {
  if (kept_.contains(shard))
    return;
  const auto changed = change(shard, held_.shards()[shard].version, what);
  if (!changed || changed->value != encode(what))
    return;
  held_.take(shard, changed->version, what);
  keep();
  tell_shards();
}

/// The node that leads a shard with too few copies finds it another place.
void directory_actor::place_another(std::uint32_t shard, const std::vector<std::uint32_t>& nodes) {
  const auto& now = held_.shards()[shard];
  if (now.what.primary.node != options_.self || now.what.nodes.size() >= options_.terms.replication)
    return;
  std::map<std::uint32_t, std::size_t> copies;
  for (const auto& each : held_.shards())
    for (const auto node : each.what.nodes)
      ++copies[node];
  const auto place = next_place(now.what, nodes, options_.terms.replication, copies);
  if (!place)
    return;
  auto where = now.what.nodes;
  where.push_back(*place);
  put_there(shard, placed_on(now.what, std::move(where)));
}

} // namespace orderd::cluster
