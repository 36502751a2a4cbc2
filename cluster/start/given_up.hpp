// What was set aside: the disks of a node that were given up, kept in its data folder for a person.
//
//   data/given-up/0001/given_up.json   why, when, whose
//   data/given-up/0001/node.json       as it was; with journal/ and shards/ a data folder of its own
//   data/given-up/{node.json,...}      what an earlier version kept, in place of what it kept before
//
// Nothing here overwrites or deletes: a number is used once, and taking a disk back exchanges it with what is
// in its place. A change of several folders is written into the data folder's node.json first, and finished
// by whoever opens the folder next (`finish_moves`), so that a crash at any step leaves every file in one of
// two places and the way on known.
//
// *Concurrency*: the caller holds the folder's lock, but for `list_given_up` and `inspect_disk`.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/storage/node_file.hpp"
#include "runtime/storage/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// The name of what an earlier version kept.
inline constexpr const char* unnumbered = "unnumbered";

struct given_up_disk {
  std::string name;   ///< "0001"
  std::string folder; ///< in full
  std::string why;    ///< a sentence; empty: not known
  std::string at;     ///< as in the log; empty: not known
  std::optional<runtime::node_file> file = {};
  bool there = false; ///< false: taken back since, or never moved here
};

/// By name.
runtime::result<std::vector<given_up_disk>> list_given_up(const std::string& data_dir);

/// Moves everything that is in the data folder into the next numbered one; `next` is what the folder is from
/// then on. Gives the number's name.
runtime::result<std::string> set_aside(const std::string& data_dir, const runtime::node_file& next,
                                       const std::string& why);

/// Exchanges that disk with what is in the data folder, which gets a number of its own. It starts by the
/// rules of any disk: start_verdict.hpp. `malformed`: there is none of that name.
runtime::result<void> take_back(const std::string& data_dir, const std::string& name);

/// Finishes what a crash interrupted. To be called before anything else is read from the folder.
runtime::result<void> finish_moves(const std::string& data_dir);

/// Whether that is a folder in which nothing but given-up disks and the program's own small files are.
runtime::result<bool> has_no_disk(const std::string& data_dir);

struct inspected_shard {
  std::uint32_t shard = 0;
  std::uint64_t applied = 0;  ///< epoch of the state
  std::uint64_t end = 0;      ///< epoch that the journal ends with
  std::uint64_t promised = 0; ///< term
  bool whole = true;
  std::string damage; ///< else
};

/// Opens a disk as a start would, and changes nothing in it. `corrupt`: why it cannot be opened.
runtime::result<std::vector<inspected_shard>> inspect_disk(const std::string& folder);
/// Of a disk that the caller has opened.
runtime::result<std::vector<inspected_shard>> inspect_opened(runtime::storage& disk);

} // namespace orderd::cluster
