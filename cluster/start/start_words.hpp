// What a start says to a person: why it refuses, what it waits for, what it gives up; and what to do.
#pragma once

#include "cluster/configuration/known_disks.hpp"
#include "cluster/start/start_verdict.hpp"
#include "runtime/storage/node_file.hpp"

#include <string>
#include <vector>

namespace orderd::cluster {

/// What the sentences speak of.
struct start_story {
  std::uint32_t node = 0;
  std::string cluster; ///< id
  std::string folder;  ///< in full
  disk_found disk;
  known_disks known;
  std::string damage; ///< why the disk is not sound; empty: it was set back
};

/// The refusal of a decision that may not start.
std::string refusal_of(const start_story& story, const start_verdict& decided);

/// Why that disk cannot go on: "state 2: page 7 does not pass its check".
std::string trouble_of(const start_story& story);

/// Why the disk is set aside, for the folder that keeps it.
std::string reason_of(const start_story& story, const start_verdict& decided, bool replace);

/// A folder as a person finds it from anywhere.
std::string in_full(const std::string& folder);

/// "shard 2", "shards 0, 2 and 5".
std::string shard_list(const std::vector<std::uint32_t>& shards);

/// Of a data folder that belongs elsewhere; empty: it is that of this node of this cluster. None advises to
/// throw anything away.
std::string refusal_of_folder(const std::string& folder, const runtime::node_file& file, std::uint32_t node,
                              const std::string& cluster);

/// Why a folder of that cluster does not start beside a store that knows none.
std::string empty_store_text(const std::string& folder, const std::string& cluster);

/// Why a node with an empty folder founds no cluster in an empty store that is marked as that cluster's.
std::string not_founded_text(const std::string& lost);

} // namespace orderd::cluster
