// Whose disk this is: the incarnation of a node's disk, and its starts.
//
// The disk and the configuration store both count the starts of each incarnation. At each start the disk's
// count is raised first, durably, then the store's. So a disk whose count is below the store's was set back
// to an older copy: it has lost what it acknowledged (B9). Another incarnation is another replica, without
// the rights of an earlier one (B4). What follows from it at a start: start_verdict.hpp.
//
// What a count cannot tell, a disk set back to a copy made since its last start, the primary does: it knows
// what the disk acknowledged (`set_back` in peer_message.hpp).
#pragma once

#include <cstdint>

namespace orderd::cluster {

struct disk_identity {
  std::uint64_t incarnation = 0; ///< 0: the disk is empty
  std::uint64_t boot = 0;        ///< starts
  friend bool operator==(const disk_identity&, const disk_identity&) = default;
};

} // namespace orderd::cluster
