#include "cluster/replication/replica.hpp"

#include "config/term_limits.hpp"
#include "runtime/base/overloaded.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

replica::replica(replica_options options, const replica_start& disk, replica_port& port, lease_board& board,
                 steady_time now)
    : options_(options), core_(options_, disk, port, board, now), awake_at_(now) {
  follower_.emplace(core_, now);
}

void replica::start() {
  core_.port().retain(core_.log().available_from());
  core_.port().look_up();
}

// -- the configuration store ---------------------------------------------------------------------

void replica::configured(const versioned_assignment& now_there, steady_time now) {
  if (!core_.learn(now_there))
    return;
  adopt(now);
  // Who said that it leads says so again; what it said before the store confirmed it may be anybody's.
  if (std::exchange(waits_for_store_, false) && follower_ && core_.known().what.primary != options_.self)
    core_.port().send(core_.known().what.primary.node, join{core_.promised()});
}

void replica::undecided() noexcept {
  if (primary_)
    primary_->undecided();
  propose_again_ = true;
}

void replica::adopt(steady_time now) {
  const auto& known = core_.known().what;
  if (primary_ && known.term == primary_->term() && known.primary == options_.self) {
    primary_->assigned(now);
    too_few_heard_ = !primary_->takes_work(now);
    return;
  }
  if (primary_ && known.term >= primary_->term())
    step_down(now);
  if (takeover_ == takeover::promising)
    return;                   // Judged when the disk has answered.
  takeover_ = takeover::none; // What was proposed has taken place, or never can.
  proposed_.reset();
  if (known.primary == options_.self && known.term > core_.promised() && !core_.copying())
    return promise(now);
  if (known.term >= core_.promised())
    core_.follow_on_board(known.term, known.primary.node, now);
}

/// Leads no longer. The engine goes first: nothing it did since its last commit counts (B8).
void replica::step_down(steady_time now) {
  const auto successor = core_.known().what.primary.node;
  core_.port().stop_engine();
  core_.board().resign(options_.shard);
  core_.log().forget_reads();
  core_.log().hold(std::nullopt);
  primary_.reset();
  follower_.emplace(core_, now);
  if (successor != options_.self.node)
    core_.port().send(successor, transfer_leadership{core_.known().what.term});
}

// -- takeover ------------------------------------------------------------------------------------

void replica::consider_takeover(steady_time now) {
  if (takeover_ == takeover::proposed) {
    if (std::exchange(propose_again_, false))
      core_.port().propose(proposed_->version, proposed_->what);
    return;
  }
  if (takeover_ != takeover::none || primary_ || core_.known().version == 0)
    return;
  const auto& known = core_.known().what;
  if (!core_.settled() && known.primary != options_.self)
    return propose(known); // The same once more: nothing proposed on this version takes place after it.
  if (!core_.may_lead())
    return;
  // What it did as primary of this term before it restarted, it no longer knows: it begins another.
  if (known.primary == options_.self)
    propose(handed_over(known, options_.self, options_.minimum));
  else if (core_.board().give_up(options_.shard, now))
    propose(taken_over(known, options_.self, options_.minimum));
}

void replica::propose(assignment next) {
  takeover_ = takeover::proposed;
  core_.proposes();
  propose_again_ = false;
  proposed_ = {core_.known().version, std::move(next)};
  core_.port().propose(proposed_->version, proposed_->what);
}

/// The store says that this replica leads. Nothing of a lower term is taken from here on.
void replica::promise(steady_time now) {
  core_.follow_on_board(core_.known().what.term, options_.self.node, now);
  core_.log().forget_reads();
  follower_.reset();
  takeover_ = takeover::promising;
  promising_ = core_.promise(core_.known().what.term, std::nullopt);
}

void replica::noted(answer_tag tag, steady_time now) {
  if (follower_)
    return follower_->noted(tag, now);
  if (takeover_ != takeover::promising || tag != promising_)
    return; // Of what it asked for as a follower: it says nothing of the promise.
  takeover_ = takeover::none;
  // Everything sent to the journal before the note is durable too, so this is where the journal ends.
  core_.log().journaled(core_.log().end());
  if (core_.known().what.term == core_.promised() && core_.known().what.primary == options_.self) {
    primary_.emplace(core_, core_.promised(), now);
    too_few_heard_ = false;
    return;
  }
  follower_.emplace(core_, now);
  adopt(now);
}

// -- messages ------------------------------------------------------------------------------------

/// Somebody promised a term, it says: then the store has it.
void replica::learned_of(std::uint64_t promised, const replica_id& from, steady_time now) {
  const auto known = core_.known().what.term;
  if (promised <= known)
    return;
  if (core_.known().version != 0 && promised - known > limits::term_jump_warned)
    return core_.port().doubted(doubt::far_term, from.node,
                                "node " + std::to_string(from.node) + " speaks of term "
                                    + std::to_string(promised) + ", known is " + std::to_string(known));
  core_.look_up(now);
}

/// Whether what that node says of the shard can matter.
bool replica::belongs(std::uint32_t node) const {
  const auto& known = core_.known().what;
  const auto is_there = [node](const replica_id& each) { return each.node == node; };
  return core_.known().version == 0 || known.primary.node == node
         || std::find(known.nodes.begin(), known.nodes.end(), node) != known.nodes.end()
         || std::any_of(known.in_sync.begin(), known.in_sync.end(), is_there)
         || std::any_of(known.eligible.begin(), known.eligible.end(), is_there);
}

/// Whether the follower may see a message of that term.
bool replica::for_follower(std::uint64_t term, const replica_id& from, steady_time now) {
  learned_of(term, from, now);
  if (primary_ && term == primary_->term()) {
    core_.port().doubted(doubt::own_term, from.node,
                         "node " + std::to_string(from.node) + " says that it leads in term "
                             + std::to_string(term) + ", which the configuration store gave to this node");
    return false;
  }
  if (!follower_ && term < core_.promised())
    core_.port().send(from.node, stale_term{core_.promised()});
  return follower_.has_value();
}

/// Whether the store gave that term to that replica. If it may have, and this one has not read it yet, it
/// asks the primary as soon as it has: a takeover is not to take until that says it again by itself.
bool replica::confirmed(const replica_id& from, const new_term& said, steady_time now) {
  const auto known = core_.known().what.term;
  if (said.term < core_.promised() || core_.confirmed(said.term, from))
    return true; // The follower refuses the first.
  if (core_.known().version == 0 || said.term > known) {
    if (core_.known().version == 0 || said.term - known <= limits::term_jump_warned) {
      waits_for_store_ = true;
      core_.look_up(now);
    }
  } else if (said.term < known) {
    core_.port().send(from.node, stale_term{known});
  } else {
    core_.port().doubted(doubt::unconfirmed_term, from.node,
                         "node " + std::to_string(from.node) + " says that it leads in term "
                             + std::to_string(said.term) + ", the configuration store says that node "
                             + std::to_string(core_.known().what.primary.node) + " does");
  }
  return false;
}

/// Whether the primary says so of this disk, and says it again after another look at the store.
bool replica::confirmed_again(const replica_id& from, const lost_writes& said, steady_time now) {
  if (!core_.confirmed(said.term, from)) {
    core_.port().doubted(doubt::sound_disk, from.node,
                         "node " + std::to_string(from.node)
                             + " says that this disk was set back, and does not lead");
    return false;
  }
  if (!set_back_ || set_back_->term != said.term) {
    set_back_ = {said.term, now};
    core_.look_up(now);
  }
  return now - set_back_->at >= options_.look_again_after;
}

void replica::received(const replica_id& from, const peer_body& what, steady_time now) {
  if (!belongs(from.node)) {
    core_.look_up(now);
    return core_.port().doubted(doubt::unknown_node, from.node,
                                "node " + std::to_string(from.node)
                                    + " speaks of a shard of which it has no copy");
  }
  std::visit(runtime::overloaded{
                 [&](const join& said) {
                   learned_of(said.promised, from, now);
                   if (primary_)
                     primary_->take(from, said, now);
                   else
                     core_.port().send(from.node, stale_term{core_.promised()});
                 },
                 [&](const new_term& said) {
                   if (for_follower(said.term, from, now) && confirmed(from, said, now))
                     follower_->take(from, said, now);
                 },
                 [&](const append& said) {
                   if (for_follower(said.term, from, now))
                     follower_->take(from, said);
                 },
                 [&](const install_snapshot& said) {
                   if (for_follower(said.term, from, now))
                     follower_->take(from, said);
                 },
                 [&](const lost_writes& said) {
                   if (for_follower(said.term, from, now) && confirmed_again(from, said, now))
                     follower_->take(from, said);
                 },
                 [&](const stale_term& said) { learned_of(said.promised, from, now); },
                 [&](const transfer_leadership& said) { learned_of(said.term, from, now); },
                 [&](const channel_batch&) {},
                 [&](const channel_receipt&) {},
                 [&](const auto& said) {
                   if (primary_)
                     primary_->take(from, said, now);
                 },
             },
             what);
}

// -- answers of the port -------------------------------------------------------------------------

void replica::engine_closed(runtime::epoch_ptr what, steady_time now) {
  if (primary_ && primary_->serving() && what->term == primary_->term())
    primary_->engine_closed(std::move(what), now);
}

void replica::journaled(std::uint64_t upto, steady_time now) {
  if (primary_)
    primary_->journaled(upto, now);
  else if (follower_)
    follower_->journaled(upto);
  else
    core_.log().journaled(upto);
}

void replica::journal_read(std::uint64_t first, std::vector<runtime::epoch_ptr> epochs, steady_time now) {
  core_.log().journal_read(first, std::move(epochs));
  if (primary_)
    primary_->applied(now);
  else if (follower_)
    follower_->applied();
}

void replica::applied(std::uint64_t upto, steady_time now) {
  if (follower_ && follower_->awaits_rows())
    return; // Of the rows that the copy replaces.
  core_.log().applied(upto);
  if (primary_)
    primary_->applied(now);
  else if (follower_)
    follower_->applied();
}

void replica::rows_known(const rows_at& now) {
  if (core_.copying())
    return;
  core_.rows().applied(now);
  if (primary_)
    primary_->rows_applied();
}

void replica::state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash, steady_time now) {
  if (primary_)
    primary_->state_hashed(tag, applied, hash, now);
  else if (follower_)
    follower_->state_hashed(tag, applied, hash);
}

void replica::rows_loaded(answer_tag tag) {
  if (follower_)
    follower_->rows_loaded(tag);
}

void replica::load_ended(answer_tag tag) {
  if (follower_)
    follower_->load_ended(tag);
}

void replica::link_lost(std::uint32_t node) {
  if (primary_)
    primary_->link_lost(node);
}

void replica::awake(steady_time now) {
  if (primary_ && now - awake_at_ > stands_still)
    primary_->stood_still(now);
  awake_at_ = std::max(awake_at_, now);
}

bool replica::may_answer(steady_time now) {
  awake(now);
  return primary_ && primary_->may_answer(now);
}

void replica::tick(steady_time now) {
  awake(now);
  core_.log().tick(now);
  if (primary_)
    primary_->tick(now);
  else if (follower_)
    follower_->tick(now);
  consider_takeover(now);
  look_for_leader(now);
}

/// Somebody else leads who is named by the store and is heard; this replica once it serves.
void replica::look_for_leader(steady_time now) {
  too_few_heard_ = primary_ && !primary_->takes_work(now);
  const auto& known = core_.known();
  const bool led = primary_ ? primary_->serving()
                            : known.version != 0 && known.what.primary.node != options_.self.node
                                  && core_.board().hears(known.what.primary.node, now);
  if (led)
    leaderless_since_.reset();
  else if (!leaderless_since_)
    leaderless_since_ = now;
}

bool replica::nobody_leads(steady_time now) const {
  return leaderless_since_ && now - *leaderless_since_ >= leaderless_max;
}

// -- for people ----------------------------------------------------------------------------------

std::vector<follower_view> replica::followers() const {
  return primary_ ? primary_->followers() : std::vector<follower_view>{};
}

std::string_view replica::state() const noexcept {
  if (primary_)
    return !primary_->can_commit() ? "too few in sync"
           : !primary_->serving()  ? "opening"
           : too_few_heard_        ? "too few heard"
                                   : "serving";
  if (takeover_ != takeover::none)
    return "taking over";
  if (core_.copying())
    return "copying";
  return follower_ && follower_->term() != 0 ? "following" : "waiting";
}

} // namespace orderd::cluster
