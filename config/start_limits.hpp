// The limits of a cluster's node that starts, each with its unit and reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace orderd::limits {

/// Disks of one node that the configuration store remembers beside the one in use, so that an older copy of
/// one of them is recognised: a person replaces disks one by one.
inline constexpr std::size_t earlier_disks_max = 16;
/// How often, every 200 ms, a start looks whether others hold newer whole copies of what a damaged disk has
/// before it gives up: the living leave a silent member out within a second or two, a slow etcd included.
inline constexpr std::uint32_t superseded_looks_max = 50;
/// For one question to the process that a number was announced by, its connecting included. It is on this
/// machine.
inline constexpr std::uint32_t presence_ms_max = 1'500;

/// Of node.json, and what else is read as a whole; what a node holds of the configuration store is the
/// largest, some KiB a node and shard.
inline constexpr std::size_t small_file_bytes_max = 16u << 20;

/// How often, every 200 ms, a start looks whether its number is still heard by other nodes before it is
/// refused: a process that has ended is heard for 550 ms after its last heartbeat, on a busy machine longer.
inline constexpr std::uint32_t heard_looks_max = 15;

} // namespace orderd::limits
