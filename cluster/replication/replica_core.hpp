// What the roles of one replica share: who it is, its log, its promise, and the assignment it knows of.
#pragma once

#include "cluster/replication/lease_board.hpp"
#include "cluster/replication/replica_log.hpp"
#include "cluster/replication/replica_port.hpp"
#include "cluster/replication/row_history.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

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
  std::chrono::milliseconds announce_every{100};
  std::chrono::milliseconds tell_rows_every{1'000}; ///< of a follower that has nothing else to say
  std::chrono::milliseconds lead_pause_max{800};    ///< a follower that does not answer is asked that often
  std::chrono::milliseconds look_up_every{50};      ///< as often as messages make it look at the store
  std::chrono::milliseconds look_again_after{
      1'000}; ///< before a disk is given up: the store is polled as often
  std::chrono::milliseconds resend_after{300};
  std::chrono::milliseconds stuck_after{2'000};    ///< a member that is heard but does not acknowledge epochs
  std::chrono::milliseconds handover_after{3'000}; ///< of leading where the primary does not belong
};

struct replica_core {
  const replica_options& options;
  replica_port& port;
  lease_board& board;
  replica_log log;
  std::uint64_t promised = 0; ///< durable once the note that holds it is
  bool copying = false;       ///< the rows are an incomplete copy
  versioned_assignment known; ///< the newest assignment seen
  /// No change that this replica ever proposed, in an earlier life even, can still take place. Until then it
  /// may come to lead at any moment, and so grants no lease to another (E1).
  bool settled = false;
  steady_time look_up_again_at = {};

  // Answers that are still to come. One that comes while another of its kind is awaited was asked for by a
  // role that this replica no longer has.
  std::uint32_t notes_awaited = 0;
  std::uint32_t hashes_awaited = 0;
  std::uint32_t loads_awaited = 0;

  row_history rows = {};

  replica_note note() const {
    return {promised, log.terms().starts(), copying, copying ? 0 : log.committed()};
  }
  void write_note(std::optional<std::uint64_t> keep_upto) {
    ++notes_awaited;
    port.write(note(), keep_upto);
  }
  void follow_on_board(std::uint64_t term, std::uint32_t primary_node, steady_time now) {
    board.follow(options.shard, term, primary_node, now, settled);
  }
  void hash_state() {
    ++hashes_awaited;
    port.hash_state();
  }
  /// Whether the configuration store, as it was last read, names that replica the primary of that term (B11).
  bool confirmed(std::uint64_t term, const replica_id& who) const noexcept {
    return known.version != 0 && known.what.term == term && known.what.primary == who;
  }
  /// Asks for a look at the store, but not again while one is surely under way: messages of a higher term
  /// come as fast as epochs do.
  void look_up(steady_time now) {
    if (now < look_up_again_at)
      return;
    look_up_again_at = now + options.look_up_every;
    port.look_up();
  }
  bool may_lead() const noexcept {
    return known.version != 0 && !copying && cluster::may_lead(known.what, options.self, options.minimum);
  }
};

} // namespace orderd::cluster
