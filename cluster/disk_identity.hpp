// Whose disk this is: the incarnation of a node's disk, and how a disk that is not the one it was is
// recognised.
//
// The disk and the configuration store both count the starts of a node. At each start the disk's count is
// raised first, durably, then the store's. So a disk whose count, raised, is not above the store's was set
// back to an older copy; one without a count is empty. Such a disk has lost what it acknowledged: it begins
// again, as a new incarnation, which has no rights from earlier ones (B4, B9).
//
// Pure. What a count cannot tell, a disk set back to a copy made since its last start, the primary does: it
// knows what the disk acknowledged (`set_back` in peer_message.hpp).
#pragma once

#include <algorithm>
#include <cstdint>

namespace orderd::cluster {

struct disk_identity {
  std::uint64_t incarnation = 0; ///< 0: the disk is empty
  std::uint64_t boot = 0;        ///< starts
  friend bool operator==(const disk_identity&, const disk_identity&) = default;
};

struct start_decision {
  disk_identity now; ///< to be written to the disk, then to the store
  bool anew = false; ///< nothing that is on the disk counts any more
};

/// What a start makes of the disk. `stored`: what the store has of this node; zeros when it has nothing.
/// `sound`: the disk passed its checks.
constexpr start_decision decide_start(const disk_identity& disk, const disk_identity& stored, bool sound) {
  const bool same = sound && disk.incarnation != 0 && disk.incarnation >= stored.incarnation
                    && (disk.incarnation > stored.incarnation || disk.boot >= stored.boot);
  if (same)
    return {{disk.incarnation, disk.boot + 1}, false};
  return {{std::max(disk.incarnation, stored.incarnation) + 1, 1}, true};
}

} // namespace orderd::cluster
