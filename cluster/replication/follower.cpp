#include "cluster/replication/follower.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace orderd::cluster {

follower::follower(replica_core& core, steady_time now) : core_(core), join_at_(now) {
  const auto& known = core_.known().what;
  core_.follow_on_board(known.term, known.primary.node, now);
}

void follower::take(const replica_id& from, const join&) {
  // The sender takes this replica for the primary. It is not; the term tells it to look at the store.
  core_.port().send(from.node, stale_term{core_.promised()});
}

void follower::take(const replica_id& from, const new_term& what, steady_time now) {
  if (what.term < core_.promised())
    return core_.port().send(from.node, stale_term{core_.promised()});
  if (state_ == state::promising || (copy_ && copy_->waits_for_disk()))
    return; // One note at a time. The disk answers soon, and the probe is repeated.
  // The primary takes the answer to its newest probe only: an older one says less than is here by now, and
  // would make it send again what is here.
  attempt_ = what.attempt;
  if (term() == what.term && primary_ == from)
    return send_join_ack();
  const auto keep = common_with(from, what);
  if (!keep)
    return;
  term_ = what.term;
  primary_ = from;
  primary_starts_ = what.starts;
  told_committed_ = what.committed;
  state_ = state::promising;
  copy_.reset();
  // From here on the old primary gets no lease from this replica: well before this one acknowledges anything
  // to the new primary, which may then commit what an answer of the old one would lack (E2).
  core_.follow_on_board(term_, from.node, now);
  promising_ = core_.promise(term_, keep);
}

/// What of the journal the primary has too; none: it cannot be followed.
std::optional<std::uint64_t> follower::common_with(const replica_id& from, const new_term& what) {
  auto& log = core_.log();
  // Nothing of an incomplete copy counts, and nothing of the journal beside it: the rows below are missing.
  if (core_.copying()) {
    log.reset({}, {});
    apart_ = false;
    return 0;
  }
  const term_table theirs{what.starts};
  const auto keep = log.terms().common_end(log.end(), theirs, what.end);
  // A person chose this primary, or one before it, and accepted the loss. What this disk has beyond may be
  // just that, whether or not it remembers that it was committed: it is kept aside, and a copy taken.
  const auto& store = core_.known().what;
  if (keep < log.end() && store.term >= what.term && store.loss_accepted > log.end_term()) {
    core_.port().distrust_disk("a person chose a primary of shard " + std::to_string(core_.options().shard)
                               + " in term " + std::to_string(store.loss_accepted)
                               + " that lacks epochs from " + std::to_string(keep + 1)
                               + " on that are here, and accepted their loss");
    return std::nullopt;
  }
  // Both tables forget terms that are long over. Where one of them did, "nothing known in common" does not
  // mean that nothing is: cutting the whole journal could then cut what is committed, and ending the node
  // would blame a sound disk. A copy is safe, except where this replica may be the one that has to lead.
  const bool may_share =
      theirs.begins_after(log.terms()) || (!log.may_truncate(0) && theirs.may_share_forgotten(log.terms()));
  if (keep == 0 && may_share) {
    if (!core_.may_lead()) {
      apart_ = true; // Everything stays until the first page of a copy has come.
      return log.end();
    }
    core_.port().doubted(
        doubt::journals_apart, from.node,
        "the primary of term " + std::to_string(what.term) + " remembers terms from "
            + std::to_string(theirs.starts().front().term) + " on, this journal from "
            + std::to_string(log.terms().starts().front().term)
            + " on, and none is common to both; as it may lead it takes no copy: see that node "
            + std::to_string(from.node) + " keeps its disk, and give this node a new one");
    return std::nullopt;
  }
  if (log.may_truncate(keep)) {
    apart_ = false;
    return keep;
  }
  core_.port().end_node("shard " + std::to_string(core_.options().shard) + ": the primary of term "
                        + std::to_string(what.term) + ", node " + std::to_string(from.node)
                        + ", has epochs in common only to " + std::to_string(keep) + ", but here "
                        + std::to_string(log.committed()) + " is committed: one of the two disks is wrong; "
                        + "keep both, and see which one has the orders (orderctl audit)");
  return std::nullopt;
}

void follower::noted(answer_tag tag, steady_time now) {
  if (state_ == state::promising && tag == promising_) {
    state_ = state::following;
    core_.follow_on_board(term_, primary_.node, now);
    send_join_ack();
  } else if (copy_ && copy_->noted(tag)) {
    send_append_ack();
  }
}

/// Whether a message of that term may be handled; else says why not.
bool follower::serves(std::uint64_t term, const replica_id& from) {
  if (term < core_.promised()) {
    core_.port().send(from.node, stale_term{core_.promised()});
    return false;
  }
  if (this->term() == term && primary_ == from)
    return true;
  if (state_ != state::promising)
    core_.port().send(from.node, join{core_.promised()});
  return false;
}

void follower::take(const replica_id& from, const append& what) {
  if (!serves(what.term, from) || (copy_ && !copy_->has_rows()))
    return;
  if (apart_)
    return send_append_ack(); // It takes a copy first.
  auto& log = core_.log();
  if (!passes_over(from, what))
    return;
  // Of the rest all or nothing (D6): messages may be lost, so the first epoch of this one may lie behind a
  // gap. Taken in part, the end of the journal would say more than is in it.
  const auto first = std::find_if(what.epochs.begin(), what.epochs.end(),
                                  [&](const auto& each) { return each->number > log.end(); });
  std::vector<runtime::epoch_ptr> added{first, what.epochs.end()};
  if (!log.continues(added)) {
    core_.port().send(from.node, append_nack{term_, log.end() + 1});
    added.clear();
  }
  bool term_begins = false;
  for (const auto& each : added)
    term_begins |= log.append(each);
  told_committed_ = std::max(told_committed_, what.committed);
  learn_committed();
  if (!added.empty())
    core_.port().append(std::move(added), term_begins ? std::optional{core_.note()} : std::nullopt);
  else
    send_append_ack();
}

/// What came before is passed over, if it is what is here. The primary of a term makes one epoch of a number:
/// that of the journal came from somebody else in its name, or what it now has is not what it had (A4).
bool follower::passes_over(const replica_id& from, const append& what) {
  for (const auto& each : what.epochs) {
    if (each->number > core_.log().end())
      break;
    const auto compared = core_.log().compare(*each);
    if (compared == replica_log::sameness::same)
      continue;
    const auto which = "epoch " + std::to_string(each->number) + " of term " + std::to_string(each->term)
                       + " of shard " + std::to_string(core_.options().shard);
    core_.port().doubted(doubt::other_epoch, from.node, which + " is not the one of this journal");
    if (compared == replica_log::sameness::other)
      core_.port().end_node(
          "there are two of " + which + ": one in this journal, another at the primary, node "
          + std::to_string(from.node)
          + "; what is here is not acknowledged; keep the disks of both nodes and compare them");
    else
      core_.port().send(from.node, append_nack{term_, core_.log().end() + 1});
    return false;
  }
  return true;
}

/// What the primary says is committed is so here as far as it is durable. Epochs of an earlier term that are
/// still to be cut off cannot be counted by it: the cut was made before this replica followed that primary.
void follower::learn_committed() {
  core_.log().commit(std::max(core_.log().committed(), std::min(told_committed_, core_.log().durable())));
  apply();
}

void follower::journaled(std::uint64_t upto) {
  core_.log().journaled(upto);
  // While the promise is on its way what the journal says is of epochs that may just have been cut off; while
  // rows are missing below, of a journal that counts for nothing.
  if (state_ != state::following || apart_ || (copy_ && !copy_->has_rows()))
    return;
  learn_committed();
  send_append_ack();
}

void follower::send_join_ack() {
  core_.port().send(primary_.node, join_ack{term_, attempt_, held(), complete(), copy_ ? copy_->number() : 0,
                                            core_.log().hash_at(held())});
}

void follower::send_append_ack() {
  core_.port().send(primary_.node, append_ack{term_, held(), complete(), core_.log().committed(),
                                              core_.log().hash_at(held()), core_.rows().tell()});
}

void follower::take(const replica_id& from, const lost_writes& what) {
  if (!serves(what.term, from))
    return;
  if (held() >= what.acknowledged)
    return core_.port().doubted(doubt::sound_disk, from.node,
                                "epoch " + std::to_string(what.acknowledged)
                                    + " is said to be missing, and is here");
  core_.port().distrust_disk("epoch " + std::to_string(what.acknowledged)
                             + " was acknowledged and is not here: the disk was set back");
}

// -- a copy --------------------------------------------------------------------------------------

void follower::take(const replica_id& from, const install_snapshot& what) {
  if (!serves(what.term, from))
    return;
  if (what.page == 0 && what.copy > (copy_ ? copy_->number() : 0)) {
    if (copy_ && copy_->waits_for_disk())
      return; // For the copy before; this page is sent again.
    apart_ = false;
    // Only now does the old journal go: before, it may still be worth something to a person.
    copy_.emplace(core_, from.node, what, primary_starts_);
  } else if (copy_ && copy_->number() == what.copy) {
    copy_->take(what);
  }
}

void follower::rows_loaded(answer_tag tag) {
  if (copy_)
    copy_->rows_loaded(tag);
}

void follower::load_ended(answer_tag tag) {
  if (copy_)
    copy_->load_ended(tag);
}

void follower::applied() {
  if (copy_)
    copy_->applied();
  apply();
}

/// Applies what is committed; of a copy that is not complete, only to where its hash is compared: with one
/// epoch more in the state the two hashes would be of different epochs.
void follower::apply() {
  if (awaits_rows())
    return;
  core_.log().apply_committed(core_.copying() ? copy_->apply_upto()
                                              : std::numeric_limits<std::uint64_t>::max());
}

void follower::state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash) {
  if (copy_ && copy_->state_hashed(tag, applied, hash))
    apply();
}

// -- time ----------------------------------------------------------------------------------------

void follower::tick(steady_time now) {
  if (state_ == state::following && !core_.copying() && core_.rows().untold() && now >= rows_told_at_) {
    rows_told_at_ = now + core_.options().tell_rows_every; // With nothing new to acknowledge, by itself.
    send_append_ack();
  }
  if (state_ != state::unattached || now < join_at_)
    return;
  join_at_ = now + core_.options().join_every;
  const auto& primary = core_.known().what.primary;
  if (core_.known().version != 0 && primary.node != core_.options().self.node)
    core_.port().send(primary.node, join{core_.promised()});
}

} // namespace orderd::cluster
