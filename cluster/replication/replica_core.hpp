// What the roles of one replica share: who it is, its log, its promise, and the assignment it knows of.
//
// What the disk has to know before a role may go on (a promise, a copy that begins or ends) is one function
// here, which changes what is held in memory, asks the port for the note, and gives the tag of the answer. A
// role keeps that tag, and goes on when the answer with it has come, and with no other: an answer of an
// earlier note, asked for by a role that this replica no longer has, says nothing of what was asked for later
// (B2, D9). The journal does things in the order in which it was asked for them, so the answer of a note also
// says that everything asked for before it is durable.
#pragma once

#include "cluster/replication/lease_board.hpp"
#include "cluster/replication/replica_log.hpp"
#include "cluster/replication/replica_port.hpp"
#include "cluster/replication/row_history.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace orderd::cluster {

struct replica_options {
  std::uint32_t shard = 0;
  replica_id self;
  std::size_t minimum = 1; ///< smallest in-sync set that may commit
  log_limits limits;
  std::size_t window_bytes = 8u << 20; ///< sent to one follower and not acknowledged
  /// Of rows, to one follower: what a copy takes from the others' work. 64 KiB every 20 ms are 3 MB/s.
  std::size_t copy_bytes_a_tick = 64u << 10;
  std::size_t copy_page_bytes = 256u << 10;
  std::chrono::milliseconds join_every{100};
  std::chrono::milliseconds tell_rows_every{1'000}; ///< of a follower that has nothing else to say
  std::chrono::milliseconds probe_pause_max{800};   ///< a follower that does not answer is asked that often
  std::chrono::milliseconds look_up_every{50};      ///< as often as messages make it look at the store
  std::chrono::milliseconds look_again_after{
      1'000}; ///< before a disk is given up: the store is polled as often
  std::chrono::milliseconds resend_after{300};
  std::chrono::milliseconds stuck_after{2'000};    ///< a member that is heard but does not acknowledge epochs
  std::chrono::milliseconds handover_after{3'000}; ///< of leading where the primary does not belong
};

class replica_core {
public:
  /// References must outlive it.
  replica_core(const replica_options& options, const replica_start& disk, replica_port& port,
               lease_board& board, steady_time now);
  replica_core(const replica_core&) = delete;
  replica_core& operator=(const replica_core&) = delete;

  const replica_options& options() const noexcept { return options_; }
  replica_port& port() const noexcept { return port_; }
  lease_board& board() const noexcept { return board_; }
  replica_log& log() noexcept { return log_; }
  const replica_log& log() const noexcept { return log_; }
  row_history& rows() noexcept { return rows_; }

  // -- what the disk has to know

  /// The highest term promised; durable once the note that holds it is.
  std::uint64_t promised() const noexcept { return promised_; }
  /// The rows are an incomplete copy: nothing here counts.
  bool copying() const noexcept { return copying_; }
  /// As the journal's note would say it now.
  replica_note note() const;

  /// Nothing of a lower term is taken from here on. The journal's epochs above `keep_upto`, if it is given,
  /// are cut off in the same moment as the note becomes durable.
  [[nodiscard]] answer_tag promise(std::uint64_t term, std::optional<std::uint64_t> keep_upto);
  /// The rows are to be replaced by those of a copy as of `base`, and the journal with them; its terms are
  /// those of the source.
  [[nodiscard]] answer_tag begin_copy(const runtime::epoch_mark& base, const std::vector<term_start>& starts);
  /// The rows are all there, and are the source's.
  [[nodiscard]] answer_tag end_copy();

  // -- the state

  [[nodiscard]] answer_tag hash_state();
  [[nodiscard]] answer_tag load_rows(std::vector<runtime::row_write> rows, bool first);
  [[nodiscard]] answer_tag end_load(const runtime::epoch_mark& applied);

  // -- the configuration store

  /// The newest assignment seen.
  const versioned_assignment& known() const noexcept { return known_; }
  /// The store has this; false when it is no news.
  bool learn(const versioned_assignment& now_there);
  /// Something is about to be proposed by which this replica may come to lead.
  void proposes() noexcept { settled_ = false; }
  /// No change that this replica ever proposed, in an earlier life even, can still take place. Until then it
  /// may come to lead at any moment, and so grants no lease to another (E1).
  bool settled() const noexcept { return settled_; }
  /// Whether the store, as it was last read, names that replica the primary of that term (B11).
  bool confirmed(std::uint64_t term, const replica_id& who) const noexcept {
    return known_.version != 0 && known_.what.term == term && known_.what.primary == who;
  }
  bool may_lead() const noexcept {
    return known_.version != 0 && !copying_
           && cluster::may_lead(known_.what, options_.self, options_.minimum);
  }
  /// Asks for a look at the store, but not again while one is surely under way: messages of a higher term
  /// come as fast as epochs do.
  void look_up(steady_time now);

  void follow_on_board(std::uint64_t term, std::uint32_t primary_node, steady_time now) {
    board_.follow(options_.shard, term, primary_node, now, settled_);
  }

private:
  answer_tag write_note(std::optional<std::uint64_t> keep_upto);
  answer_tag next_tag() noexcept { return answer_tag{++tags_}; }

  const replica_options& options_;
  replica_port& port_;
  lease_board& board_;
  replica_log log_;
  row_history rows_;
  std::uint64_t promised_;
  bool copying_;
  versioned_assignment known_;
  bool settled_ = false;
  steady_time look_up_again_at_ = {};
  std::uint64_t tags_ = 0; ///< given so far
};

} // namespace orderd::cluster
