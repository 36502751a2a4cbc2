#include "cluster/directory_actor.hpp"

#include "runtime/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace log = runtime::log;

directory_actor::directory_actor(caf::actor_config& config, configuration_store& store,
                                 directory_options options, directory_listeners listeners)
    : caf::event_based_actor(config), store_(store), options_(std::move(options)),
      listeners_(std::move(listeners)), shards_(options_.terms.shards), started_at_(clock().now()) {}

caf::behavior directory_actor::make_behavior() {
  // A hint comes on the store's thread, and may come when this actor is gone.
  store_.watch("", [me = caf::actor_cast<caf::actor_addr>(this)](const std::string&) {
    if (const auto alive = caf::actor_cast<caf::actor>(me))
      caf::anon_send(alive, look_up_assignments{});
  });
  poll();
  return {
      [this](const propose_assignment& what) { propose(what); },
      [this](look_up_assignments) { read_all(); },
      [this](poll_store) { poll(); },
  };
}

void directory_actor::propose(const propose_assignment& what) {
  const auto seat = caf::actor_cast<caf::actor>(current_sender());
  const auto changed =
      store_.compare_and_set(name_of_shard(what.shard), what.expected_version, encode(what.what));
  auto there = changed ? decode_assignment(changed->value) : runtime::result<assignment>{changed.error()};
  if (!there) {
    log::warn("directory", "assignment_undecided", {{"shard", what.shard}}, there.error().message);
    return send(seat, assignment_undecided{});
  }
  log::info("directory", "assignment_decided",
            {{"shard", what.shard},
             {"term", there->term},
             {"primary", there->primary.node},
             {"in_sync", there->in_sync.size()}},
            *there == what.what ? "" : "another change came first");
  shards_[what.shard] = {changed->version, *std::move(there)};
  send(seat, assignment_decided{shards_[what.shard]});
}

void directory_actor::poll() {
  delayed_send(this, options_.poll, poll_store{});
  read_all();
}

void directory_actor::read_all() {
  const bool answers = read_nodes() && read_shards();
  if (answers != std::exchange(store_answers_, answers)) {
    if (answers)
      log::info("directory", "store_answers", {}, "");
    else
      log::warn("directory", "store_does_not_answer", {},
                "shards go on as they are; nothing can take over or join until it does");
  }
  if (answers)
    place_shards();
}

bool directory_actor::read_nodes() {
  auto listed = store_.list(nodes_prefix);
  if (!listed)
    return false;
  std::map<std::uint32_t, known_node> nodes;
  for (const auto& [name, value] : *listed)
    if (auto node = decode_known_node(value.value))
      nodes.insert(*std::move(node));
  if (nodes == nodes_)
    return true;
  nodes_ = std::move(nodes);
  const auto shared = std::make_shared<const std::map<std::uint32_t, known_node>>(nodes_);
  for (const auto& seat : listeners_.seats)
    send(seat, nodes_seen{shared});
  send(listeners_.node, nodes_seen{shared});
  peer_endpoints where;
  for (const auto& [number, node] : nodes_)
    where.nodes[number] = node.peer_endpoint;
  send(listeners_.peers, std::move(where));
  if (listeners_.beacons_to)
    listeners_.beacons_to(nodes_);
  return true;
}

bool directory_actor::read_shards() {
  auto listed = store_.list(shards_prefix);
  if (!listed)
    return false;
  bool changed = false;
  for (std::uint32_t shard = 0; shard < shards_.size(); ++shard) {
    const auto found = listed->find(name_of_shard(shard));
    if (found == listed->end() || found->second.version <= shards_[shard].version)
      continue;
    auto read = decode_assignment(found->second.value);
    if (!read) {
      log::error("directory", "assignment_damaged", {{"shard", shard}}, read.error().message);
      continue;
    }
    shards_[shard] = {found->second.version, *std::move(read)};
    changed = true;
  }
  if (changed)
    tell_shards();
  return true;
}

void directory_actor::tell_shards() {
  const auto shared = std::make_shared<const std::vector<versioned_assignment>>(shards_);
  for (const auto& seat : listeners_.seats)
    send(seat, assignments_seen{shared});
}

// -- placement -----------------------------------------------------------------------------------

void directory_actor::place_shards() {
  std::vector<std::uint32_t> nodes;
  for (const auto& [number, node] : nodes_)
    nodes.push_back(number);
  const bool enough = nodes.size() >= options_.terms.replication;
  if (nodes.empty() || (!enough && clock().now() - started_at_ < options_.placement_wait))
    return;
  if (enough != !std::exchange(told_few_, !enough) && !enough)
    log::warn("directory", "too_few_nodes",
              {{"nodes", nodes.size()}, {"replication", options_.terms.replication}},
              "shards have fewer copies than wanted until more nodes are there");
  for (std::uint32_t shard = 0; shard < shards_.size(); ++shard) {
    if (shards_[shard].version == 0)
      place(shard, nodes);
    else if (placed_on_a_lost_disk(shards_[shard].what))
      place_again(shard);
    else
      place_another(shard, nodes);
  }
}

void directory_actor::place(std::uint32_t shard, const std::vector<std::uint32_t>& nodes) {
  auto where = first_placement(shard, nodes, options_.terms.replication);
  const auto first = where.front();
  const auto made = first_assignment({first, nodes_.at(first).disk.incarnation}, std::move(where));
  put_there(shard, made);
}

/// Whether the primary's node has another disk since, and nothing was committed: then nobody could ever lead.
bool directory_actor::placed_on_a_lost_disk(const assignment& now) const {
  const auto node = nodes_.find(now.primary.node);
  return never_committed(now, min_in_sync(options_.terms.replication)) && node != nodes_.end()
         && node->second.disk.incarnation > now.primary.incarnation;
}

void directory_actor::place_again(std::uint32_t shard) {
  const auto& now = shards_[shard].what;
  const auto node = now.primary.node;
  log::info("directory", "placed_again", {{"shard", shard}, {"primary", node}}, "its first disk is gone");
  put_there(shard, placed_again(now, {node, nodes_.at(node).disk.incarnation}));
}

/// Nothing happens when it cannot be said that it is there: the next poll tries again.
void directory_actor::put_there(std::uint32_t shard, const assignment& what) {
  const auto changed = store_.compare_and_set(name_of_shard(shard), shards_[shard].version, encode(what));
  if (!changed)
    return;
  if (auto there = decode_assignment(changed->value))
    shards_[shard] = {changed->version, *std::move(there)};
  tell_shards();
}

/// The node that leads a shard with too few copies finds it another place.
void directory_actor::place_another(std::uint32_t shard, const std::vector<std::uint32_t>& nodes) {
  const auto& now = shards_[shard];
  if (now.what.primary.node != options_.self || now.what.nodes.size() >= options_.terms.replication)
    return;
  std::map<std::uint32_t, std::size_t> copies;
  for (const auto& each : shards_)
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
