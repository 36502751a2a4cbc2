// A replica that follows: a backup (in sync), or a learner on its way there. It cannot tell, and need not:
// only the assignment says which acknowledgements count.
//
//                 new_term              note durable
//   unattached -------------> promising -------------> following
//     ^  sends join                                        |
//     +---------------- a promise in a higher term --------+
//
// *unattached*: sends `join` to the primary that the configuration store names. *promising*: the note with
// the term, and the cut of the journal to what it has in common with the primary's, are on their way to the
// disk. Nothing is said meanwhile (B2, D5): an acknowledgement sent now could be of epochs that a crash
// brings back, or be counted by the old primary after this replica promised another. *following*: takes
// epochs of that very term, acknowledges what is durable (A2), applies what is committed. When it lacks more
// than the primary's journal has it is sent a copy of the rows (copy_target.hpp); its journal is empty
// meanwhile, and until the copy's state has the hash of the source's, and the disk knows, it is not complete
// and may not join the in-sync set (D9).
//
// Pure: driven by messages, answers of the port, and ticks.
#pragma once

#include "cluster/replication/copy_target.hpp"
#include "cluster/replication/replica_core.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace orderd::cluster {

class follower {
public:
  follower(replica_core& core, steady_time now);

  void take(const replica_id& from, const join& what);
  void take(const replica_id& from, const new_term& what, steady_time now);
  void take(const replica_id& from, const append& what);
  void take(const replica_id& from, const install_snapshot& what);
  void take(const replica_id& from, const lost_writes& what);

  void journaled(std::uint64_t upto);
  void noted(answer_tag tag, steady_time now);
  void applied();
  void rows_loaded(answer_tag tag);
  void load_ended(answer_tag tag);
  void state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash);
  void tick(steady_time now);

  /// The rows are to be replaced by those of a copy, which are not all there.
  bool awaits_rows() const noexcept { return core_.copying() && !(copy_ && copy_->has_rows()); }
  /// The term followed; 0: none.
  std::uint64_t term() const noexcept { return state_ == state::following ? term_ : 0; }

private:
  enum class state : std::uint8_t { unattached, promising, following };

  bool serves(std::uint64_t term, const replica_id& from);
  /// What may be acknowledged: nothing before the rows that are its base are all there (A2).
  std::uint64_t held() const noexcept { return awaits_rows() || apart_ ? 0 : core_.log().durable(); }
  /// The rows are no incomplete copy, and the disk knows it (D9).
  bool complete() const noexcept {
    return !core_.copying() && !apart_ && !(copy_ && copy_->how() != copy_target::state::complete);
  }
  std::optional<std::uint64_t> common_with(const replica_id& from, const new_term& what);
  bool passes_over(const replica_id& from, const append& what);
  void send_join_ack();
  void send_append_ack();
  void learn_committed();
  void apply();

  replica_core& core_;
  state state_ = state::unattached;
  answer_tag promising_ = answer_tag::none; ///< of the note with the promise
  std::uint64_t term_ = 0;
  std::uint64_t told_committed_ = 0;
  std::uint64_t attempt_ = 0; ///< of the newest `new_term` of that term
  replica_id primary_;
  std::vector<term_start> primary_starts_; ///< of its journal, when it said `new_term`
  steady_time join_at_;
  steady_time rows_told_at_ = {};
  /// It was away for longer than the primary remembers terms. Its journal is a part of the primary's, surely,
  /// but nobody can say which: it waits for a copy, and keeps what it has until that begins.
  bool apart_ = false;

  std::optional<copy_target> copy_; ///< the newest of this term, also once it is complete
};

} // namespace orderd::cluster
