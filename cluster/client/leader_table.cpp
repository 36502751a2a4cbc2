#include "cluster/client/leader_table.hpp"

#include "runtime/base/backoff.hpp"

#include <algorithm>

namespace orderd::cluster {

namespace {

using std::chrono::milliseconds;

/// After the second denial in a row; the first is followed at once: a shard that moved costs one round trip.
constexpr runtime::backoff waiting{milliseconds{20}, milliseconds{200}};

/// Denials further apart than this belong to different moves.
constexpr milliseconds quiet{1'000};

} // namespace

void leader_table::resize(std::uint32_t shards) {
  if (routes_.empty())
    routes_.resize(shards);
}

bool leader_table::learn(std::uint32_t shard, std::uint64_t term, link leader) {
  auto& at = routes_[shard];
  if (term < at.term || (term == at.term && at.leader))
    return false;
  if (term > at.term)
    at.ready_at = {};
  at.term = term;
  at.leader = leader;
  return true;
}

void leader_table::denied(std::uint32_t shard, link by, std::optional<link> owner, time_point now) {
  auto& at = routes_[shard];
  if (at.leader != by)
    return; // known already: many requests hear it at once
  at.denials = now - at.denied_at < quiet ? at.denials + 1 : 1;
  at.denied_at = now;
  at.leader = owner != by ? owner : std::nullopt;
  if (at.denials > 1 || !at.leader)
    at.ready_at = now + waiting.after(at.denials);
}

std::optional<leader_table::link> leader_table::sole_leader(time_point now) const {
  if (routes_.empty())
    return std::nullopt;
  const auto& first = routes_.front();
  const bool same = std::all_of(routes_.begin(), routes_.end(), [&](const route& each) {
    return each.leader == first.leader && each.ready_at <= now;
  });
  return same ? first.leader : std::nullopt;
}

} // namespace orderd::cluster
