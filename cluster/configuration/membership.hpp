// The nodes of a cluster: what each says of itself in the configuration store, and where the copies of shards
// belong.
//
// Pure. The names there: "cluster", "nodes/0003", "shards/0007" (assignment.hpp).
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/disk_identity.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

/// A generation that began because a store that had less was found to be what a node holds again
/// (held_configuration.hpp).
struct continuation {
  std::uint64_t generation = 0;
  std::uint64_t newest = 0; ///< the highest version of a shard's record in the store that was found
  friend bool operator==(const continuation&, const continuation&) = default;
};

/// What is fixed when the first node of a cluster starts, and how often the store was written again since.
struct cluster_terms {
  std::string id;
  std::uint32_t shards = 1;
  std::uint32_t replication = 1; ///< copies of each shard that are wanted
  std::uint64_t generation = 0;  ///< of the store (held_configuration.hpp)
  /// Ascending, since a person raised the generation last.
  std::vector<continuation> continued = {};
  /// Another number each time that a person raises the generation: two who know nothing of each other may
  /// raise it to the same.
  std::uint64_t written = 0;
  friend bool operator==(const cluster_terms&, const cluster_terms&) = default;
};

struct known_node {
  disk_identity disk;
  std::string client_endpoint; ///< host:port
  std::string peer_endpoint;   ///< host:port
  friend bool operator==(const known_node&, const known_node&) = default;
};

inline constexpr const char* cluster_name = "cluster";
inline constexpr const char* nodes_prefix = "nodes/";
inline constexpr const char* shards_prefix = "shards/";
std::string name_of_node(std::uint32_t node);

std::string encode(const cluster_terms& what);
runtime::result<cluster_terms> decode_cluster_terms(std::string_view bytes);
std::string encode(std::uint32_t node, const known_node& what);
runtime::result<std::pair<std::uint32_t, known_node>> decode_known_node(std::string_view bytes);

/// Where the copies of a shard belong when it is placed first: `replication` nodes, or as many as there are,
/// so that copies and primaries are spread evenly over all shards. Ascending `nodes`, not empty.
std::vector<std::uint32_t> first_placement(std::uint32_t shard, const std::vector<std::uint32_t>& nodes,
                                           std::uint32_t replication);

/// The node where another copy of a shard belongs, when it has too few and there is a node without one: the
/// one with the fewest copies so far.
std::optional<std::uint32_t> next_place(const assignment& of, const std::vector<std::uint32_t>& nodes,
                                        std::uint32_t replication,
                                        const std::map<std::uint32_t, std::size_t>& copies_by_node);

} // namespace orderd::cluster
