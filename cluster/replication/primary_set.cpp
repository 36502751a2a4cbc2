// Leading: who is in sync, and what that allows.
#include "cluster/replication/primary.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

void insert_all(std::vector<replica_id>& into, const std::vector<replica_id>& from) {
  for (const auto& each : from)
    if (!contains(into, each))
      into.push_back(each);
}

} // namespace

/// A change that was proposed may have taken place though its answer has not come, or not. Whoever may lead
/// by either outcome counts: then nothing is committed that the next primary lacks, whichever it was (C2).
std::vector<replica_id> primary::everyone_who_counts() const {
  std::vector<replica_id> out;
  const auto count = [&](const assignment& what) {
    insert_all(out, what.in_sync);
    if (what.in_sync.size() < core_.options().minimum)
      insert_all(out, what.eligible); // Too few are in sync, so any of these may lead next (B3).
  };
  count(core_.known().what);
  if (proposed_)
    count(proposed_->what);
  return out;
}

/// A successor leads only once this replica's leases have run out: while every one of those who could become
/// it grants one, what is in memory here is the newest there is (E2).
bool primary::may_answer(steady_time now) const {
  return serving_ && core_.board().leased(core_.options().shard, everyone_who_counts(), now, leases_since_);
}

/// What has begun waits for everyone who counts. So nothing is begun while too few are there to go on without
/// those who are silent, nor when the store has not left those out in the time that it takes: then it does
/// not answer, or says no.
bool primary::takes_work(steady_time now) const {
  if (!can_commit())
    return false;
  const auto& timing = core_.board().timing();
  const auto silent_for_more_than = [&](const replica_id& who, std::chrono::milliseconds length) {
    return who != core_.options().self
           && now - core_.board().answered_at(core_.options().shard, who) > length;
  };
  const auto& members = core_.known().what.in_sync;
  const auto there = std::count_if(members.begin(), members.end(),
                                   [&](const auto& who) { return !silent_for_more_than(who, timing.grace); });
  if (static_cast<std::size_t>(there) < core_.options().minimum)
    return false;
  const auto count = everyone_who_counts();
  return std::none_of(count.begin(), count.end(), [&](const auto& who) {
    return silent_for_more_than(who, timing.grace + timing.lease);
  });
}

void primary::assigned(steady_time now) {
  // A newer version is there: what was proposed on an older one has taken place, or never can.
  if (proposed_ && core_.known().version > proposed_->version)
    proposed_.reset();
  if (!can_commit())
    committed_since_whole_ =
        false; // The eligible stay until the set is whole, and has committed something (B5).
  add_followers();
  commit(now);
}

void primary::change_set(steady_time now) {
  if (proposed_) {
    // The same once more, on the same version: it cannot take place twice, and the answer says which it is
    // (C1).
    if (std::exchange(propose_again_, false))
      core_.port().propose(proposed_->version, proposed_->what);
    return;
  }
  auto next = shrunk(now);
  if (!next)
    next = joined(now);
  if (!next && can_commit() && committed_since_whole_ && !core_.known().what.eligible.empty())
    next = without_eligible(core_.known().what);
  if (!next)
    next = handed_on(now);
  if (!next)
    return;
  proposed_ = {core_.known().version, *std::move(next)};
  propose_again_ = false;
  core_.port().propose(proposed_->version, proposed_->what);
}

/// By the last answer to a heartbeat: far away it comes late, but comes.
bool primary::heard(const replica_id& who, steady_time now) const {
  return now - core_.board().answered_at(core_.options().shard, who) <= core_.board().timing().lease;
}

/// Without a member that is not heard, or is heard and acknowledges nothing. While the term is younger than
/// the grace nobody is left out for silence: a member that led before may be the one that handed over, whose
/// leases were granted until this term began and last for its own clock, which may be slower than this one
/// (E1). Of whoever takes over the grace has run out already; of whoever is handed over to it has not.
std::optional<assignment> primary::shrunk(steady_time now) {
  const bool young = now - leads_since_ < core_.board().timing().grace;
  for (const auto& member : core_.known().what.in_sync) {
    if (member == core_.options().self)
      continue;
    const bool silent = !young && !heard(member, now);
    const auto found = followers_.find(member.node);
    const bool stuck = found != followers_.end() && found->second.match < core_.log().end()
                       && now - std::max(found->second.moved_at, leads_since_) > core_.options().stuck_after;
    if (!silent && !stuck)
      continue;
    if (found != followers_.end())
      found->second.rejoin.left(now);
    return without(core_.known().what, member, core_.options().minimum, committed_since_whole_);
  }
  return std::nullopt;
}

/// With a follower that is heard and has the whole journal, the first epoch of the term included (C5). One
/// that was left out lately waits, unless it is needed to commit (C9).
std::optional<assignment> primary::joined(steady_time now) {
  const auto& known = core_.known().what;
  for (auto& [node, follower] : followers_) {
    const replica_id who{node, follower.incarnation};
    const bool wanted = std::find(known.nodes.begin(), known.nodes.end(), node) != known.nodes.end();
    if (wanted && follower.following && follower.complete && !follower.copying
        && !contains(known.in_sync, who) && follower.match == core_.log().end()
        && follower.match >= opening_.epoch && heard(who, now)
        && (follower.rejoin.over(now) || !can_commit())) {
      follower.rejoin.joined(now);
      return with(known, who);
    }
  }
  return std::nullopt;
}

/// To the node where the primary belongs, when all is quiet: a member that has the whole journal, so that its
/// first epoch finds everyone caught up and the shard stands still for one round trip only.
std::optional<assignment> primary::handed_on(steady_time now) const {
  const auto& known = core_.known().what;
  if (!serving_ || !can_commit() || known.nodes.empty() || known.nodes.front() == core_.options().self.node
      || now - leads_since_ < core_.options().handover_after)
    return std::nullopt;
  for (const auto& member : known.in_sync)
    if (member.node == known.nodes.front() && match_of(member) == core_.log().end())
      return handed_over(known, member, core_.options().minimum);
  return std::nullopt;
}

} // namespace orderd::cluster
