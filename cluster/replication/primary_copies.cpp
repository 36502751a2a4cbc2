// Leading: copies of the rows for followers that lack more than the journal has.
#include "cluster/replication/primary.hpp"

#include <algorithm>

namespace orderd::cluster {

void primary::begin_copy(std::uint32_t node, progress& to, steady_time now) {
  to.needs_copy = true;
  const bool busy = std::any_of(followers_.begin(), followers_.end(),
                                [](const auto& each) { return each.second.copying.has_value(); });
  if (busy)
    return; // One at a time, to bound what copies take from the others' work; asked again at a tick.
  to.needs_copy = false;
  // It is about to erase what it has. Were that still counted, epochs would be committed that are only here.
  to.match = 0;
  to.complete = false; // Until it says so of this copy.
  to.copying.emplace(core_, term_, ++copies_, node, now);
  core_.log().hold(to.copying->base());
  to.copying->tick(now);
}

void primary::take(const replica_id& from, const install_snapshot_ack& what, steady_time now) {
  const auto found = followers_.find(from.node);
  if (found == followers_.end() || what.term != term_ || !found->second.copying
      || found->second.incarnation != from.incarnation)
    return;
  auto& follower = found->second;
  follower.copying->take(what, now);
  if (!follower.copying->done())
    return;
  follower.match = follower.copying->base(); // Not complete yet, so it joins no set by it.
  follower.moved_at = now;
  follower.copied = follower.copying->number();
  follower.copying.reset();
  rewind(follower);
  ship(from.node, follower, now);
}

void primary::state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash, steady_time now) {
  for (auto& [node, follower] : followers_)
    if (follower.copying)
      follower.copying->state_hashed(tag, applied, hash, now);
}

/// The journal is kept from where a copy begins until its taker has what came since (D8), but not for one
/// that is gone: it would keep the journal of all shards. One that needs more of it than there may be is
/// begun anew.
void primary::hold_for_copies(steady_time now) {
  std::optional<std::uint64_t> held;
  for (auto& [node, each] : followers_) {
    const bool gone = !each.following && !heard({node, each.incarnation}, now);
    const bool outgrown = each.copying && each.copying->base() + 1 < core_.log().available_from();
    if (gone || outgrown)
      each.copying.reset();
    each.needs_copy = each.needs_copy || outgrown;
    if (!each.copying && (gone || each.copied == 0 || each.complete || each.needs_copy))
      continue;
    const auto from = each.copying ? each.copying->base() : each.match;
    held = std::min(held.value_or(from), from);
  }
  core_.log().hold(held);
}

} // namespace orderd::cluster
