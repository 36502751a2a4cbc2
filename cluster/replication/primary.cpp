// Leading: the opening epoch of the term, shipping, committing.
#include "cluster/replication/primary.hpp"

#include "runtime/base/backoff.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace orderd::cluster {

using runtime::epoch_ptr;

primary::primary(replica_core& core, std::uint64_t term, steady_time now)
    : core_(core), term_(term), leads_since_(now) {
  core_.board().lead(core_.options().shard, term_, now);
  auto first = std::make_shared<runtime::epoch>();
  first->shard = core_.options().shard;
  first->term = term_;
  first->number = core_.log().end() + 1;
  first->previous_term = core_.log().end_term();
  first->previous_hash = core_.log().hash_at(core_.log().end());
  first->time_ms = core_.log().time_ms();
  opening_ = runtime::mark_of(*first);
  core_.log().append(first);
  // The note goes with it: where this term begins must be known as long as any epoch of it is.
  core_.port().append({first}, core_.note());
  add_followers();
  for (auto& [node, follower] : followers_)
    send_new_term(node, follower, now, true);
}

/// There is a follower, probed at first, for each node that should have a copy or has one in sync. Those in
/// sync too: they count for a commit whether or not a copy belongs there.
void primary::add_followers() {
  const auto add = [this](std::uint32_t node) {
    if (node != core_.options().self.node)
      followers_.try_emplace(node);
  };
  for (const auto node : core_.known().what.nodes)
    add(node);
  for (const auto& member : core_.known().what.in_sync)
    add(member.node);
  for (const auto& member : core_.known().what.eligible)
    add(member.node);
}

// -- followers -----------------------------------------------------------------------------------

/// Said again it is the same attempt: where a round trip takes longer than the pause, each answer is to one
/// that was said before. `anew`: what was answered to earlier ones is of no use any more.
void primary::send_new_term(std::uint32_t node, progress& to, steady_time now, bool anew) {
  const auto& log = core_.log();
  anew = anew || to.attempt == 0;
  const runtime::backoff probing{core_.options().join_every, core_.options().probe_pause_max};
  to.probe_pause = anew ? probing.first : probing.next(to.probe_pause);
  to.probed_at = now;
  if (anew)
    to.attempt = ++attempts_;
  core_.port().send(node, new_term{term_, to.attempt, log.terms().starts(), log.end(), log.committed()});
}

void primary::take(const replica_id& from, const join&, steady_time now) {
  const auto found = followers_.find(from.node);
  if (found == followers_.end())
    return; // No copy belongs there.
  auto& follower = found->second;
  follower.following = false;
  if (now - follower.probed_at >= core_.options().join_every / 2)
    send_new_term(from.node, follower, now, true);
}

/// It may be dead; if it lives, it is asked again where its journal ends.
void primary::link_lost(std::uint32_t node) {
  const auto found = followers_.find(node);
  if (found == followers_.end() || !found->second.following)
    return;
  found->second.following = false;
  found->second.attempt = 0;
}

void primary::take(const replica_id& from, const join_ack& what, steady_time now) {
  const auto found = followers_.find(from.node);
  if (found == followers_.end() || what.term != term_ || found->second.attempt == 0
      || what.attempt != found->second.attempt)
    return;
  auto& follower = found->second;
  if (ahead(from, what.end) || !agrees(from, follower, what.end, what.hash))
    return;
  // The same disk says less than it acknowledged: it was set back, and what was committed by its word may be
  // on fewer disks than it must be (B9). What an incomplete copy had is no promise.
  if (follower.incarnation == from.incarnation && follower.complete && what.end < follower.match)
    return core_.port().send(from.node, lost_writes{term_, follower.match});
  if (follower.incarnation != from.incarnation) { // Another disk: nothing that the one before had counts.
    follower.copied = 0;
    follower.says_hashes = false;
  }
  follower.says_hashes |= what.hash != 0;
  if (follower.copying && (what.complete || follower.copying->number() != what.copy))
    follower.copying.reset();
  follower.incarnation = from.incarnation;
  follower.following = true;
  follower.complete = what.complete;
  follower.match = what.end;
  follower.knows_committed = 0;
  follower.moved_at = now; // It is stuck only if it acknowledges nothing from here on.
  follower.needs_copy =
      !what.complete && !follower.copying && (what.copy == 0 || follower.copied != what.copy);
  rewind(follower);
  catch_up(from.node, follower, now);
  commit(now);
}

void primary::take(const replica_id& from, const append_ack& what, steady_time now) {
  const auto found = followers_.find(from.node);
  if (found == followers_.end() || what.term != term_)
    return;
  auto& follower = found->second;
  // What it says while it takes a copy is of the journal that it had before.
  if (!follower.following || follower.copying || follower.incarnation != from.incarnation
      || ahead(from, what.end))
    return;
  if (!agrees(from, follower, what.end, what.hash))
    return rewind(follower); // It gets what belongs there, and sees for itself.
  follower.says_hashes |= what.hash != 0;
  follower.complete = what.complete;
  follower.knows_committed = what.committed;
  if (const auto here = core_.rows().differs(from.node, what.rows))
    compare_rows({from.node, what.rows, *here});
  if (what.end > follower.match) {
    follower.match = what.end;
    follower.moved_at = now;
  }
  follower.next = std::max(follower.next, follower.match + 1);
  while (!follower.sent.empty() && follower.sent.front().number <= follower.match) {
    follower.sent_bytes -= follower.sent.front().bytes;
    follower.sent.pop_front();
  }
  commit(now);
  ship(from.node, follower, now);
}

void primary::rows_applied() {
  while (const auto other = core_.rows().caught_up())
    compare_rows(*other);
}

/// After the same epochs they must be the same (A8). Which of the two is wrong only a person can tell:
/// nothing is done.
void primary::compare_rows(const row_history::difference& with) const {
  core_.port().doubted(
      doubt::other_rows, with.node,
      "after epoch " + std::to_string(with.theirs.epoch) + " of shard "
          + std::to_string(core_.options().shard) + " the rows of node " + std::to_string(with.node)
          + " have the hash " + std::to_string(with.theirs.hash) + ", here it is "
          + std::to_string(with.here.hash)
          + ": one of the two lost or changed rows. Nothing is done: run orderctl scrub --now on "
            "both, compare what they export, and give the node that is wrong a new disk "
            "(--replace-disk)");
}

/// Whether a follower says that it has more than there is. What it follows with is a part of this journal,
/// and what it gets comes from it: nothing that it says is counted (A1).
bool primary::ahead(const replica_id& from, std::uint64_t end) const {
  if (end <= core_.log().end())
    return false;
  core_.port().doubted(doubt::beyond_end, from.node,
                       "node " + std::to_string(from.node) + " says that its copy of shard "
                           + std::to_string(core_.options().shard) + " ends at " + std::to_string(end)
                           + ", and here, where it gets its epochs, it ends at "
                           + std::to_string(core_.log().end()) + ": not counted");
  return true;
}

/// Whether what a follower has at its end is what is here (A5, B12): an acknowledgement of anything else is
/// none. Followers of the version before do not say; one that does says it of all that it got in this term.
bool primary::agrees(const replica_id& from, const progress& with, std::uint64_t end,
                     std::uint64_t hash) const {
  const auto here = core_.log().hash_at(end);
  const bool silent =
      hash == 0 && with.incarnation == from.incarnation && with.says_hashes && end >= opening_.epoch;
  if (!silent && (hash == 0 || here == 0 || hash == here))
    return true;
  core_.port().doubted(doubt::other_epoch, from.node,
                       "node " + std::to_string(from.node) + " acknowledges epoch " + std::to_string(end)
                           + " of shard " + std::to_string(core_.options().shard) + " with the hash "
                           + std::to_string(hash) + ", here it is " + std::to_string(here)
                           + ": not counted; keep the disks of both nodes and compare them");
  return false;
}

void primary::take(const replica_id& from, const append_nack& what, steady_time now) {
  const auto found = followers_.find(from.node);
  if (found == followers_.end() || what.term != term_ || !found->second.following)
    return;
  auto& follower = found->second;
  if (what.expected >= follower.next || what.expected <= follower.match)
    return; // Late: what it asks for is under way, or there. Else each of many would send everything again.
  rewind(follower);
  ship(from.node, follower, now);
}

/// Everything not acknowledged is sent again. What arrives twice is passed over there, so this is always
/// safe; only too often would it cost bandwidth.
void primary::rewind(progress& to) {
  to.next = to.match + 1;
  to.sent.clear();
  to.sent_bytes = 0;
}

void primary::ship(std::uint32_t node, progress& to, steady_time now) {
  while (to.following && !to.copying && !to.fetching && to.next <= core_.log().end()
         && to.sent_bytes < core_.options().window_bytes) {
    if (to.needs_copy || to.next < core_.log().available_from())
      return begin_copy(node, to, now);
    const auto next = to.next;
    to.fetching = true;
    const bool asked = core_.log().fetch(
        next, core_.options().limits.batch_bytes, [this, node, next, now](std::vector<epoch_ptr> epochs) {
          auto& follower = followers_.at(node);
          follower.fetching = false;
          if (follower.following && !follower.copying && follower.next == next && !epochs.empty())
            send_epochs(node, follower, std::move(epochs), now);
        });
    if (!asked)
      to.fetching = false;
    if (!asked || to.next == next)
      return; // It is being read, or will be at the next tick.
  }
}

void primary::send_epochs(std::uint32_t node, progress& to, std::vector<epoch_ptr> epochs, steady_time now) {
  for (const auto& each : epochs) {
    to.sent.push_back({each->number, runtime::record_bytes(*each)});
    to.sent_bytes += to.sent.back().bytes;
  }
  to.next = epochs.back()->number + 1;
  to.sent_at = now;
  send_append(node, to, std::move(epochs), now);
}

void primary::send_append(std::uint32_t node, progress& to, std::vector<epoch_ptr> epochs, steady_time now) {
  to.told_committed = core_.log().committed();
  to.told_at = now;
  core_.port().send(node, append{term_, std::move(epochs), to.told_committed});
}

void primary::ship_all(steady_time now) {
  for (auto& [node, follower] : followers_)
    ship(node, follower, now);
}

// -- epochs --------------------------------------------------------------------------------------

void primary::engine_closed(epoch_ptr what, steady_time now) {
  runtime::require(what->term == term_ && serving_, "an epoch of another term");
  for (auto& [node, follower] : followers_)
    if (follower.match == core_.log().end())
      follower.moved_at = now; // Until now it had nothing to acknowledge, and was not stuck.
  core_.log().append(what);
  core_.port().append({std::move(what)}, std::nullopt);
  ship_all(now);
}

void primary::journaled(std::uint64_t upto, steady_time now) {
  core_.log().journaled(upto);
  commit(now);
}

void primary::applied(steady_time) {
  start_when_applied();
}

/// What a member has durable, as far as it said so with the disk that it is a member with. An earlier disk of
/// that node acknowledged what this one may lack.
std::uint64_t primary::match_of(const replica_id& member) const {
  if (member == core_.options().self)
    return core_.log().durable();
  const auto found = followers_.find(member.node);
  return found != followers_.end() && found->second.incarnation == member.incarnation ? found->second.match
                                                                                      : 0;
}

bool primary::can_commit() const noexcept {
  return core_.known().what.in_sync.size() >= core_.options().minimum;
}

/// From the opening epoch on: what earlier terms left is committed with it.
void primary::commit(steady_time) {
  if (!can_commit())
    return;
  auto upto = core_.log().durable();
  for (const auto& member : everyone_who_counts())
    upto = std::min(upto, match_of(member));
  if (upto < opening_.epoch || upto <= core_.log().committed())
    return;
  core_.log().commit(upto);
  committed_since_whole_ = true;
  core_.log().apply_committed(std::numeric_limits<std::uint64_t>::max());
  if (serving_)
    core_.port().committed(upto);
  start_when_applied();
}

/// The engine reads the state, so all that was committed before has to be in it (D3).
void primary::start_when_applied() {
  core_.log().apply_committed(std::numeric_limits<std::uint64_t>::max());
  if (serving_ || core_.log().committed() < opening_.epoch)
    return;
  if (core_.log().applied() < opening_.epoch)
    return core_.port().apply_now();
  serving_ = true;
  core_.port().start_engine(opening_);
}

// -- time ----------------------------------------------------------------------------------------

void primary::catch_up(std::uint32_t node, progress& to, steady_time now) {
  if (!to.following) {
    if (now - to.probed_at >= to.probe_pause)
      send_new_term(node, to, now, false);
    return;
  }
  if (to.copying)
    return to.copying->tick(now);
  if (to.needs_copy)
    return begin_copy(node, to, now);
  if (to.next > to.match + 1 && now - std::max(to.sent_at, to.moved_at) >= core_.options().resend_after)
    rewind(to);
  ship(node, to, now);
  // A message may be lost: nothing comes after the last commit to tell of it, nor after a follower's word
  // that its copy is complete.
  const bool unheard = (to.knows_committed < core_.log().committed() || !to.complete)
                       && now - to.told_at >= core_.options().resend_after;
  if (to.told_committed < core_.log().committed() || unheard)
    send_append(node, to, {}, now);
}

void primary::tick(steady_time now) {
  core_.board().alive(core_.options().shard, now);
  for (auto& [node, follower] : followers_)
    catch_up(node, follower, now);
  hold_for_copies(now);
  start_when_applied();
  change_set(now);
}

std::vector<follower_view> primary::followers() const {
  std::vector<follower_view> out;
  for (const auto& [node, each] : followers_)
    out.push_back({{node, each.incarnation}, each.following, each.copying.has_value(), each.match});
  return out;
}

} // namespace orderd::cluster
