#include "tests/simulation/world_store.hpp"

#include <algorithm>

namespace orderd::simulation {

namespace {

constexpr std::int64_t ms = 1'000;

} // namespace

bool world_store::answers(std::uint32_t node) const {
  const auto until = out_of_reach_until_.find(node);
  return healed_ || (!down_ && (until == out_of_reach_until_.end() || until->second <= time_.now()));
}

std::int64_t world_store::way_us() {
  return slow_ ? random_.between(1, 10) * ms : random_.between(100, 1'000);
}

void world_store::propose(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what,
                          bool late) {
  const auto life = nodes_.at(node)->life();
  proposals_[node] = {life, expected, what, false};
  if (expected == stored_.version)
    under_way_.push_back(what);
  const auto change = [this, node, expected, what] { take_place(node, expected, what); };
  const auto luck = healed_ ? 0 : random_.below(100);
  if (!answers(node) || luck >= 80 || late) {
    happened_.count("compare-and-set with an unknown outcome");
    if (luck % 3 == 0 && !late)
      time_.at(random_.between(1, 10) * ms, change);
    else if (luck % 3 == 1 || late)
      time_.at(random_.between(100, 1'500) * ms, change);
    return time_.at(300 * ms, [this, node, life] { tell(node, life, false); });
  }
  time_.at(way_us() * 3 / 2, [this, change, node, life] {
    change();
    if (answers(node))
      tell(node, life, true);
    else
      time_.at(300 * ms, [this, node, life] { tell(node, life, false); });
  });
}

void world_store::take_place(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what) {
  if (stored_.version != expected)
    return;
  changes_(stored_.what, what);
  count(node, what);
  stored_ = {expected + 1, what};
  under_way_.clear();
  hint();
}

/// What is rare, and must happen in a long run.
void world_store::count(std::uint32_t node, const cluster::assignment& next) {
  const auto& now = stored_.what;
  if (proposals_.at(node).answered)
    happened_.count("compare-and-set that took place late");
  if (next.term == now.term || next.primary == now.primary)
    return;
  if (cluster::contains(next.in_sync, now.primary))
    return happened_.count("handover");
  happened_.count("takeover");
  if (!cluster::contains(now.in_sync, next.primary))
    happened_.count("election from the eligible set");
  const auto of_primary = proposals_.find(now.primary.node);
  if (of_primary != proposals_.end() && unresolved(now.primary.node)
      && of_primary->second.what.in_sync.size() < now.in_sync.size())
    happened_.count("takeover during an unresolved shrink");
}

bool world_store::unresolved(std::uint32_t id) const {
  const auto found = proposals_.find(id);
  const auto& node = *nodes_.at(id);
  return found != proposals_.end() && node.up() && node.life() == found->second.life
         && node.running()->known().version <= found->second.expected;
}

std::uint32_t world_store::waiting(std::uint32_t otherwise) const {
  const auto found =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& each) { return unresolved(each.first); });
  return found == nodes_.end() ? otherwise : found->first;
}

std::vector<cluster::assignment> world_store::possible() const {
  auto out = under_way_;
  out.push_back(stored_.what);
  return out;
}

void world_store::tell(std::uint32_t node, std::uint64_t life, bool known) {
  if (!nodes_.at(node)->up() || nodes_.at(node)->life() != life)
    return;
  proposals_.at(node).answered = !known;
  time_.later(node, random_.between(1, 5) * ms, [this, node, known, there = stored_] {
    if (known)
      nodes_.at(node)->configured(there);
    else
      nodes_.at(node)->undecided();
  });
}

void world_store::look_up(std::uint32_t node) {
  if (!answers(node))
    return;
  time_.later(node, way_us(), [this, node] {
    if (answers(node))
      time_.later(node, way_us(), [this, node, there = stored_] { nodes_.at(node)->configured(there); });
  });
}

void world_store::hint() {
  for (const auto& [id, node] : nodes_)
    if (node->up() && random_.percent(70))
      look_up(id);
}

void world_store::heal() noexcept {
  healed_ = true;
  down_ = false;
}

} // namespace orderd::simulation
