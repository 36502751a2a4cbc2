// What a node that starts reads in the configuration store: its own record, and the assignments.
//
// Pure.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/known_disks.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace orderd::cluster {

struct start_records {
  std::uint64_t version = 0;                  ///< of the node's record; 0: there is none
  store_guard guard;                          ///< the store in which it was read
  known_disks known;                          ///< where there is no record: the disk that assignments name
  std::map<std::uint32_t, known_node> others; ///< of the cluster
  std::map<std::uint32_t, assignment> shards;
  std::optional<runtime::fault> unreadable; ///< an assignment that cannot be decoded
};

/// `listed`: the whole store as of one moment. `corrupt` when the node's record cannot be decoded.
runtime::result<start_records> read_for_start(const std::map<std::string, versioned_value>& listed,
                                              std::uint32_t node, std::uint32_t shards);

} // namespace orderd::cluster
