// One replica of one shard: who it is at the moment, and how that changes. Replication is PacificA's (Lin et
// al., 2008): the configuration store says who leads in which term; the primary ships each epoch to the
// in-sync set.
//
//                    grace over, may lead, or restarted           compare-and-set won
//   follower ------------------------------------> candidate ------------------------------+
//     ^   ^                                            |                                   v
//     |   +------------------ lost --------------------+                               promising
//     |   +------------------------- named primary by another --------------------------->  |
//     |                                                                                     | noted
//     +--------- a higher term, or another primary ---------- primary <---------------------+
//
// *follower* (follower.hpp) stays one while it is a candidate: it acknowledges the old primary's epochs until
// the takeover has succeeded. From then on it refuses lower terms; only when its new term is durable does it
// read where its journal ends, and lead (B2). *primary*: primary.hpp.
//
// *Whom it believes* (B11): the configuration store. Who leads in which term it takes from there only; what
// another node says of a term makes it look there, no more. So a message, forged or of a process that does
// not know better, ends no primary and no node, costs no disk, and no term is promised that nobody leads.
//   - A `new_term` of a term that the store, as read last, does not give to its sender only makes it look;
//   when the
//     store has it, the primary is asked to say it again.
//   - A primary that hears of a higher term goes on until it has read of it. It commits nothing meanwhile
//     that its successor lacks: who promised the higher term acknowledges none of its epochs, and one who
//     must acknowledge them all is the successor, or the one by whose acknowledgement that led. It answers
//     nothing stale: the successor granted no lease from when it proposed itself, and waits for all others'.
//   - A term further above the known one than terms get (limits::term_jump_warned) is not even looked up; the
//     directory takes none from the store (held_configuration.hpp).
//
// *Operation*: construct it with what the disk says, then `start`; from then on give it every message, every
// answer of the port, and `tick` some tens of times a second.
// *Concurrency*: one thread at a time. Pure: no clock, no I/O.
#pragma once

#include "cluster/replication/follower.hpp"
#include "cluster/replication/primary.hpp"
#include "cluster/replication/replica_core.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace orderd::cluster {

class replica {
public:
  /// References must outlive it.
  replica(replica_options options, const replica_start& disk, replica_port& port, lease_board& board,
          steady_time now);
  replica(const replica&) = delete;
  replica& operator=(const replica&) = delete;

  void start();

  void configured(const versioned_assignment& now_there, steady_time now);
  void undecided() noexcept;
  void received(const replica_id& from, const peer_body& what, steady_time now);
  /// Messages under way to that node are lost.
  void link_lost(std::uint32_t node);
  void engine_closed(runtime::epoch_ptr what, steady_time now);
  void journaled(std::uint64_t upto, steady_time now);
  void noted(answer_tag tag, steady_time now);
  void journal_read(std::uint64_t first, std::vector<runtime::epoch_ptr> epochs, steady_time now);
  void applied(std::uint64_t upto, steady_time now);
  /// Of the state, which is no incomplete copy: comes before `applied` of that epoch.
  void rows_known(const rows_at& now);
  void state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash, steady_time now);
  void rows_loaded(answer_tag tag);
  void load_ended(answer_tag tag);
  void tick(steady_time now);

  const versioned_assignment& known() const noexcept { return core_.known(); }
  const replica_log& log() const noexcept { return core_.log(); }
  std::uint64_t promised() const noexcept { return core_.promised(); }
  bool copying() const noexcept { return core_.copying(); }
  bool leads() const noexcept { return primary_.has_value(); }
  bool serving() const noexcept { return primary_ && primary_->serving(); }
  bool can_commit() const noexcept { return primary_ && primary_->can_commit(); }
  /// Whether it leads, and takes what is new: as primary::takes_work, as of the last tick.
  bool takes_work() const noexcept { return can_commit() && !too_few_heard_; }
  /// Whether nobody is known to lead the shard, for longer than a takeover takes.
  bool nobody_leads(steady_time now) const;
  /// As primary::may_answer. After a time in which this process seems to have stood still its clock may have
  /// stood still too, and for longer: it needs leases that were granted since (E3).
  bool may_answer(steady_time now);
  std::vector<follower_view> followers() const;
  /// What it does, in a word or two, for people.
  std::string_view state() const noexcept;

private:
  /// Ticks come some tens of times a second; so late, the process did not run.
  static constexpr std::chrono::milliseconds stands_still{200};
  /// With the grace that passes before a primary counts as gone, less than a second.
  static constexpr std::chrono::milliseconds leaderless_max{400};

  enum class takeover : std::uint8_t { none, proposed, promising };

  void adopt(steady_time now);
  void step_down(steady_time now);
  void consider_takeover(steady_time now);
  void propose(assignment next);
  void promise(steady_time now);
  void learned_of(std::uint64_t promised, const replica_id& from, steady_time now);
  void awake(steady_time now);
  void look_for_leader(steady_time now);
  bool belongs(std::uint32_t node) const;
  bool for_follower(std::uint64_t term, const replica_id& from, steady_time now);
  bool confirmed(const replica_id& from, const new_term& said, steady_time now);
  bool confirmed_again(const replica_id& from, const lost_writes& said, steady_time now);

  replica_options options_;
  replica_core core_;
  std::optional<follower> follower_;
  std::optional<primary> primary_;
  takeover takeover_ = takeover::none;
  answer_tag promising_ = answer_tag::none;      ///< of the note with the promise
  std::optional<versioned_assignment> proposed_; ///< as a candidate, and the version it was proposed on
  bool propose_again_ = false;
  steady_time awake_at_;       ///< the last tick
  bool too_few_heard_ = false; ///< to take new work, as a primary
  std::optional<steady_time> leaderless_since_;
  bool waits_for_store_ = false; ///< somebody said that it leads, and the store is not read yet
  struct accusation {
    std::uint64_t term = 0;
    steady_time at;
  };
  std::optional<accusation> set_back_; ///< that this disk was set back; the store is looked at once more
};

} // namespace orderd::cluster
