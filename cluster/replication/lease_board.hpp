// Who hears whom: the heartbeats of the nodes, the leases of primaries and the graces of backups
// (invariants.md E).
//
// A node sends a heartbeat to every other each `timing.heartbeat`; it names the shards it leads, with their
// terms. The receiver acknowledges those it follows in that very term. A primary's lease from a follower
// lasts `timing.lease` from the *sending* of a heartbeat that was acknowledged; a follower's grace lasts
// `timing.grace` from the *receipt* of the last it acknowledged. Grace >= lease x (1 + twice the drift) +
// margin, so a follower never gives its primary up while that may still count on it (E1).
//
// *Concurrency*: any thread; the heartbeat thread and the replica hosts share it. Every call takes the time,
// of the steady clock, so that a test has its own.
#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/storage/commit_tracker.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace orderd::cluster {

using runtime::replica_id;
using runtime::steady_time;

/// The clock of leases and graces: it goes on while the machine is suspended, as those of the other nodes do,
/// which std::chrono::steady_clock does not. A primary that wakes up must not think its leases valid (E3).
steady_time time_with_suspends();

struct heartbeat_timing {
  std::chrono::milliseconds heartbeat{100};
  std::chrono::milliseconds lease{350};
  std::chrono::milliseconds grace{550};
};

struct led_shard {
  std::uint32_t shard = 0;
  std::uint64_t term = 0;
  friend auto operator<=>(const led_shard&, const led_shard&) = default;
};

/// One datagram, either way.
struct heartbeat {
  bool acknowledgement = false;
  replica_id from;
  std::uint64_t sent_at_ns = 0;  ///< by the clock of the heartbeat's sender; an acknowledgement repeats it
  std::vector<led_shard> shards; ///< led; of an acknowledgement: those its sender follows in that term
};

class lease_board {
public:
  using clock = steady_time (*)();
  /// `time`: that of all who ask, in production; none: each has its own.
  lease_board(replica_id self, heartbeat_timing timing, clock time = nullptr)
      : self_(self), timing_(timing), clock_(time) {}

  /// What counts as now for whoever has this time.
  steady_time now(steady_time otherwise) const { return clock_ ? clock_() : otherwise; }

  // -- for the replica hosts -------------------------------------------------------------------------------
  /// This node leads the shard in that term, and says so in its heartbeats, until `resign`, or until the
  /// replica host has not called `alive` for a second: a stuck replica host must not keep its followers
  /// waiting. Of `lead` and `follow` the later ends the earlier.
  void lead(std::uint32_t shard, std::uint64_t term, steady_time now);
  void alive(std::uint32_t shard, steady_time now);
  void resign(std::uint32_t shard);

  /// This node follows `primary` in that term; the grace begins anew. Unless it `grants` leases, heartbeats
  /// are heard, but not acknowledged.
  void follow(std::uint32_t shard, std::uint64_t term, std::uint32_t primary_node, steady_time now,
              bool grants = true);
  /// Whether nothing was heard of the followed primary for the grace. If so, and in the same moment, its
  /// heartbeats of that term are not acknowledged any more. False when none is followed: a node that has
  /// forgotten what it acknowledged follows first, and so waits the grace.
  bool give_up(std::uint32_t shard, steady_time now);

  /// When the newest heartbeat that `who` acknowledged for the shard, in the term led, was sent; the
  /// beginning of the lead when there is none, and the clock's when the shard is not led.
  steady_time acknowledged_at(std::uint32_t shard, const replica_id& who) const;
  /// When such an acknowledgement came last: whoever is far away is heard by it, however old the heartbeat is
  /// that it answers. Else as acknowledged_at.
  steady_time answered_at(std::uint32_t shard, const replica_id& who) const;
  /// Whether every one of `members` (self aside) granted a lease that is valid now, for a heartbeat that was
  /// sent no earlier than `since`.
  bool leased(std::uint32_t shard, const std::vector<replica_id>& members, steady_time now,
              steady_time since = {}) const;

  /// Whether a heartbeat of that node came within the grace.
  bool hears(std::uint32_t node, steady_time now) const;
  /// When the newest heartbeat of that node came; none: never, since this node started.
  std::optional<steady_time> heard_at(std::uint32_t node) const;

  /// These other disks there are, by node: what is kept of any else is forgotten.
  void know(const std::map<std::uint32_t, std::uint64_t>& disks);

  // -- for the heartbeat thread -----------------------------------------------------------------------
  heartbeat next(steady_time now) const;
  /// The acknowledgement, to be sent back; none when it needs none.
  std::optional<heartbeat> take(const heartbeat& heard, steady_time now);

  const heartbeat_timing& timing() const noexcept { return timing_; }

private:
  struct led {
    std::uint64_t term = 0;
    steady_time since;
    steady_time alive_at;
    struct grant {
      steady_time sent_at; ///< of the newest heartbeat acknowledged
      steady_time came_at; ///< the last acknowledgement
    };
    std::map<replica_id, grant> acknowledged;
  };
  struct followed {
    std::uint64_t term = 0;
    std::uint32_t primary_node = 0;
    steady_time heard_at;
    bool given_up = false;
    bool grants = true;
  };

  /// Pre: the mutex is held.
  void note_acknowledgement(const heartbeat& heard, steady_time now);

  mutable std::mutex mutex_;
  replica_id self_;
  heartbeat_timing timing_;
  clock clock_;
  std::map<std::uint32_t, led> led_;
  std::map<std::uint32_t, followed> followed_;
  std::map<std::uint32_t, steady_time> heard_; ///< by node: its newest heartbeat
};

} // namespace orderd::cluster
