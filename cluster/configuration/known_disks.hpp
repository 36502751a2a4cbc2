// What the configuration store remembers of a node's disks: the one in use, and those before it.
//
// It is the same record as of membership.hpp, which reads the part that other nodes need.
#pragma once

#include "cluster/configuration/membership.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

struct known_disks {
  known_node node;                    ///< with the disk in use; an incarnation of 0: nothing is known
  std::vector<disk_identity> earlier; ///< that were the node's before, with their starts; newest last
  std::int64_t since_ms = 0;          ///< when this disk became the node's, by its own clock; 0: not known
  friend bool operator==(const known_disks&, const known_disks&) = default;
};

/// Starts that were counted for that disk of the node; nullopt: nothing is known of it.
std::optional<std::uint64_t> starts_of(const known_disks& known, std::uint64_t incarnation);

/// With that disk in use from now on. What was known of the one before is kept, of the last
/// limits::earlier_disks_max.
known_disks with_disk(known_disks known, const disk_identity& now, std::int64_t now_ms);

/// Whether the first of two records of a node was written after the second: it counts every start that the
/// other counts of the disk in use. An earlier disk may serve again, so the highest incarnation says little.
bool newer(const known_disks& one, const known_disks& other);

std::string encode(std::uint32_t node, const known_disks& what);
/// `corrupt` when the bytes are no record of a node.
runtime::result<known_disks> decode_known_disks(std::string_view bytes);

} // namespace orderd::cluster
