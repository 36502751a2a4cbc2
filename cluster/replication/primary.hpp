// The replica that leads a shard in one term.
//
//                first epoch of the term           its state applied
//   recovering ------ committed by all ----> ready -----------------> serving
//      |                                                               |
//      +------------ a higher term, or another primary ----------------+----> (ended: a follower again)
//
// *recovering*: the journal, as it was found, goes to everyone in sync, with the opening epoch at its end, an
// empty one of the new term. When that is committed, every member has promised this term and has the whole
// journal: all before it is committed too, and no reply can be of a state that a member lacks (D1, D2).
// *serving*: the engine runs; each epoch it closes is written here and shipped to the followers in parallel.
//
// *Commit*: an epoch is committed when every member of the in-sync set has it durable, and the set has the
// minimum. While a change of the set is unresolved, whoever may lead by the old or by the proposed one counts
// (C2): the store may have taken the change though its answer was lost. A smaller set counts only once the
// configuration store has it (C3): until then the one that was left out may take over, and must have
// everything.
//
// *Followers*, each:
//
//   probing -- new_term, join_ack --> following <---- journal reaches back ----+
//      ^                                |                                      |
//      +---- another incarnation,       +-- journal does not, not complete --> copying
//            or the link was lost
//
// Pure: driven by messages, answers of the port, and ticks.
#pragma once

#include "cluster/replication/copy_source.hpp"
#include "cluster/replication/rejoin_pause.hpp"
#include "cluster/replication/replica_core.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace orderd::cluster {

/// How far a follower is, for people.
struct follower_view {
  replica_id who;
  bool following = false;
  bool copying = false;
  std::uint64_t end = 0;
};

class primary {
public:
  /// Leads from now on. Pre: the term is promised, durable, and everything in the log is.
  primary(replica_core& core, std::uint64_t term, steady_time now);

  void take(const replica_id& from, const join& what, steady_time now);
  void take(const replica_id& from, const join_ack& what, steady_time now);
  void take(const replica_id& from, const append_ack& what, steady_time now);
  void take(const replica_id& from, const append_nack& what, steady_time now);
  void take(const replica_id& from, const install_snapshot_ack& what, steady_time now);
  /// Messages under way to that node are lost.
  void link_lost(std::uint32_t node);

  /// Pre: it is the engine's, of this term.
  void engine_closed(runtime::epoch_ptr what, steady_time now);
  void journaled(std::uint64_t upto, steady_time now);
  void applied(steady_time now);
  void rows_applied();
  void state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash, steady_time now);
  void tick(steady_time now);

  /// core.known is what the store has now, and it is of this term.
  void assigned(steady_time now);
  /// The outcome of the proposal is not known.
  void undecided() noexcept { propose_again_ = true; }

  std::uint64_t term() const noexcept { return term_; }
  bool serving() const noexcept { return serving_; }
  /// Whether enough replicas are in sync for anything to be committed.
  bool can_commit() const noexcept;
  /// Whether what is begun now is likely to be committed soon: enough members are heard, and whoever is not
  /// has been silent for so short that leaving it out may be under way. Asks the board for each member: not
  /// for each request.
  bool takes_work(steady_time now) const;
  /// Whether an answer that was read from memory before `now` may go out: nobody else can lead yet (E2).
  bool may_answer(steady_time now) const;
  std::vector<follower_view> followers() const;
  /// This process stood still: who did not grant a lease since has perhaps given this primary up (E3).
  void stood_still(steady_time now) noexcept { leases_since_ = now; }

private:
  /// Sent and not acknowledged.
  struct sent_epoch {
    std::uint64_t number = 0;
    std::size_t bytes = 0;
  };
  struct progress {
    std::uint64_t incarnation = 0; ///< that spoke last; 0: none yet
    bool following = false;
    bool complete = false;
    std::uint64_t match = 0; ///< durable there
    std::uint64_t next = 0;  ///< to be sent
    std::deque<sent_epoch> sent;
    std::size_t sent_bytes = 0;
    bool fetching = false;
    bool needs_copy = false;
    std::uint64_t copied = 0; ///< number of the copy it has taken
    std::uint64_t told_committed = 0;
    std::uint64_t knows_committed = 0; ///< by its own word
    std::uint64_t attempt = 0; ///< of the last `new_term`; 0: none, or its answer is of no use any more
    steady_time probed_at;
    std::chrono::milliseconds probe_pause{}; ///< until it is said again
    rejoin_pause rejoin;
    bool says_hashes = false; ///< of what it acknowledges
    steady_time sent_at;      ///< the last epochs
    steady_time told_at;      ///< what is committed
    steady_time moved_at;     ///< when its end rose last, or it last had nothing to acknowledge
    std::optional<copy_source> copying;
  };

  void send_new_term(std::uint32_t node, progress& to, steady_time now, bool anew);
  void ship(std::uint32_t node, progress& to, steady_time now);
  void send_epochs(std::uint32_t node, progress& to, std::vector<runtime::epoch_ptr> epochs, steady_time now);
  /// Epochs, or none, and what is committed.
  void send_append(std::uint32_t node, progress& to, std::vector<runtime::epoch_ptr> epochs, steady_time now);
  void ship_all(steady_time now);
  void commit(steady_time now);
  void start_when_applied();
  std::uint64_t match_of(const replica_id& member) const;
  void change_set(steady_time now);
  std::optional<assignment> shrunk(steady_time now);
  std::optional<assignment> joined(steady_time now);
  bool heard(const replica_id& who, steady_time now) const;
  std::optional<assignment> handed_on(steady_time now) const;
  void add_followers();
  void compare_rows(const row_history::difference& with) const;
  bool ahead(const replica_id& from, std::uint64_t end) const;
  bool agrees(const replica_id& from, const progress& with, std::uint64_t end, std::uint64_t hash) const;
  void begin_copy(std::uint32_t node, progress& to, steady_time now);
  void rewind(progress& to);
  void hold_for_copies(steady_time now);
  void catch_up(std::uint32_t node, progress& to, steady_time now);
  /// Who may lead next, as far as this primary knows: all of them must have what is committed, and lease it.
  std::vector<replica_id> everyone_who_counts() const;

  replica_core& core_;
  std::uint64_t term_;
  runtime::epoch_mark opening_; ///< the first epoch of the term
  bool serving_ = false;
  bool committed_since_whole_ = false;
  std::map<std::uint32_t, progress> followers_;  ///< by node
  std::optional<versioned_assignment> proposed_; ///< and the version it was proposed on
  bool propose_again_ = false;
  std::uint64_t attempts_ = 0;
  std::uint64_t copies_ = 0;
  steady_time leads_since_;
  steady_time leases_since_; ///< leases of heartbeats sent before do not count
};

} // namespace orderd::cluster
