// node.json: what a data folder is, written when it is made.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace orderd::runtime {

/// The newest format of a data folder. Folders of 1 are read, and become 2 when they are opened: their
/// journal then has an id and an end (journal_end.hpp), and their states sums of their pages (page_sums.hpp),
/// which a program that knows 1 only would not keep up.
constexpr std::uint32_t folder_format = 2;

struct node_file {
  std::uint32_t format = folder_format;
  std::string node_id; ///< 32 hex digits, random
  std::uint32_t shards = 0;
  bool complete = false;             ///< false while the folder is being made: its parts may be missing
  std::uint64_t incarnation = 1;     ///< another one after its data was given up: it is a new node then
  std::uint64_t boot = 0;            ///< how often it was started as a member of a cluster
  std::string journal;               ///< id of its journal; empty: not complete, or of format 1
  std::string cluster;               ///< id of the cluster it is in; empty: none yet
  std::optional<std::uint32_t> node; ///< its node's number there; none: a file of before it was kept
  bool pending = false;              ///< it began anew, and the configuration store may not know of it yet
  std::string distrusted;            ///< why its node gave it up while it ran; empty: it did not
  std::string setting_aside; ///< what was here before is on its way into that folder of given-up; empty: not
  std::string taking_back;   ///< what is in that folder of given-up is on its way back; empty: not
};

/// A new node's file, with an id from the operating system's random numbers.
node_file new_node_file(std::uint32_t shards);

/// The file of that path; nullopt when there is none. `unsupported_version`, or `corrupt` when it cannot
/// be understood.
result<std::optional<node_file>> read_node_file(const std::string& path);

/// Writes it, whole or not at all, durably.
result<void> write_node_file(const std::string& path, const node_file& what);

} // namespace orderd::runtime
