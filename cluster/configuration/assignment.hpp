// Who owns a shard, and the only ways in which that may change (invariants.md B and C).
//
// Pure values and rules. The configuration store holds one assignment a shard; every change here becomes one
// compare-and-set there.
//
//   in_sync:  the replicas a commit waits for. Each of them has every committed epoch.
//   eligible: replicas that were in sync and left when fewer than the minimum remained. From then on nothing
//             was committed, so they have every committed epoch too, and may lead as long as the set stays
//             below the minimum.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/storage/commit_tracker.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

using runtime::replica_id;

struct assignment {
  std::uint64_t term = 0; ///< ownership period; only rises
  replica_id primary;
  std::vector<replica_id> in_sync;  ///< ascending; the primary is one of them
  std::vector<replica_id> eligible; ///< ascending; none of them is in sync
  std::vector<std::uint32_t> nodes; ///< where copies belong; the first is where the primary belongs
  /// The last term whose primary a person chose, accepting that epochs of earlier ones are lost (B5); 0:
  /// none.
  std::uint64_t loss_accepted = 0;

  friend bool operator==(const assignment&, const assignment&) = default;
};

/// An assignment as the configuration store has it. Version 0: there is none.
struct versioned_assignment {
  std::uint64_t version = 0;
  assignment what;
};

bool contains(const std::vector<replica_id>& set, const replica_id& who) noexcept;

/// Smallest in-sync set that may commit, with this many copies wanted: a majority of them.
constexpr std::size_t min_in_sync(std::size_t copies) noexcept {
  return copies / 2 + 1;
}

/// Whether that replica may become primary: it is in sync or, while too few are in sync to commit, eligible
/// (B3). A replica of another incarnation is another replica.
bool may_lead(const assignment& now, const replica_id& who, std::size_t minimum) noexcept;

/// The first assignment of a shard: its primary is alone in sync, the others join it. Pre: the primary's node
/// is one of `nodes`.
assignment first_assignment(const replica_id& primary, std::vector<std::uint32_t> nodes);

/// Whether nothing was ever committed under it: where more than one are needed to commit, a primary is alone,
/// and nobody is eligible, only before anyone has joined it.
bool never_committed(const assignment& now, std::size_t minimum) noexcept;

/// In the next term under a primary with nothing, because the disk of the first one is gone. Pre:
/// never_committed(now), and the primary's node is one of `now.nodes`.
assignment placed_again(const assignment& now, const replica_id& primary);

/// Without a member that does not answer. `committed_since_whole`: something was committed by a set of at
/// least the minimum since eligible replicas were named, so those may lack it (B5). Pre: the member is in
/// sync and not the primary.
assignment without(const assignment& now, const replica_id& gone, std::size_t minimum,
                   bool committed_since_whole);

/// With a replica that has the primary's whole journal (C5). An older incarnation of its node leaves.
assignment with(const assignment& now, const replica_id& joined);

/// Without eligible replicas. Pre: see `without` (B5).
assignment without_eligible(const assignment& now);

/// In the next term under `by`, who takes over from a primary it does not hear: the old one leaves, and
/// becomes eligible when too few remain. Pre: may_lead(now, by, minimum).
assignment taken_over(const assignment& now, const replica_id& by, std::size_t minimum);

/// In the next term under another member of the in-sync set, or under the same one after its restart: nobody
/// leaves. Who was eligible is so no longer if enough are in sync to have committed without them (B5). Pre:
/// `to` is in sync.
assignment handed_over(const assignment& now, const replica_id& to, std::size_t minimum);

/// In a later term under a replica that a person chose because nobody who may lead is left: it is alone in
/// sync, and what it does not have is lost. Pre: term > now.term.
assignment elected(const assignment& now, const replica_id& by, std::uint64_t term);

/// With copies on these nodes from now on; who is in sync does not change.
assignment placed_on(const assignment& now, std::vector<std::uint32_t> nodes);

std::string encode(const assignment& what);
/// `corrupt` when the bytes are no assignment, or one that cannot be (no term, one above limits::term_max, a
/// primary that is not in sync). So the term of what was read can be counted up without a wrap.
runtime::result<assignment> decode_assignment(std::string_view bytes);

/// "shards/0007".
std::string name_of_shard(std::uint32_t shard);

} // namespace orderd::cluster
