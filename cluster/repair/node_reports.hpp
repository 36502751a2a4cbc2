// What nodes say of the configuration, of which its records are made again (configuration_repair.hpp), and
// which of it counts.
//
// *A store that was set back*: who knows nothing newer than the backup believes it, and goes on from there,
// in terms and versions that the store had given to others before. So a shard may have two histories, and the
// newest record may be of the one in which nothing was committed. But whoever acknowledges epochs of a term
// has read of that term in the store. So what was committed since the backup was acknowledged by as many
// copies as a commit needs, all of which believe the store that there is, or none of which does: for both
// there are too few copies.
//
// The same holds of two restores that have begun the same generation (`written` in the record of the
// cluster).
//
// That is what follows from who believes what; a node that was away may believe a store that has grown past
// what it holds. So what a copy *knows* to be committed counts more: no restore leads with one that lacks it.
//
// *Limit*: that a member has left is known at first to the primary alone. If the store is set back before the
// other members have read of it (they read every second), they believe the backup, and may follow who has
// left.
//
// Pure.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/configuration/held_configuration.hpp"
#include "cluster/replication/term_table.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

struct copy_report {
  std::uint64_t promised = 0;
  std::uint64_t journal_term = 0;
  std::uint64_t journal_end = 0;
  bool whole = false;
  std::uint64_t committed = 0; ///< the last epoch that it knows to be committed; 0: it does not say
  std::uint64_t committed_term = 0;
  std::vector<term_start> terms = {}; ///< of the journal, the newest
};

/// What a node said of itself.
struct node_report {
  std::string cluster;
  replica_id who;
  std::uint64_t generation = 0;
  std::string store; ///< as in the protocol
  std::map<std::string, versioned_value> records;
  store_content content; ///< of the records
  std::map<std::uint32_t, copy_report> copies;
};
node_report report_of(const v1::node_configuration& said);

using reports = std::vector<node_report>;

/// "1 3 4", "none"
std::string listed(const std::vector<std::uint32_t>& nodes);
/// Those that are wanted and did not answer.
std::vector<std::uint32_t> silent(const reports& nodes, const std::vector<std::uint32_t>& wanted);

/// Whether it believes the store that there is.
bool has_a_store(const node_report& of);
/// The newest record of a shard that anyone holds; version 0: nobody holds one.
versioned_assignment newest(const reports& nodes, std::uint32_t shard);
/// Above or equal to those of all records of a shard.
std::uint64_t highest_version(const reports& nodes, std::uint32_t shard);

/// Those whose records of a shard are of the history in which it may have committed something, with `minimum`
/// copies; `malformed`, with a sentence, when it may have in both, by what is not known.
runtime::result<reports> of_one_history(const reports& all, std::uint32_t shard, std::size_t minimum);

/// Why a shard must not be led by that replica: another one knows epochs to be committed that it lacks. None:
/// nobody says so. What was committed up to term `loss_accepted` counts no longer, by a person's word.
std::optional<std::string> lacks_committed(const reports& nodes, std::uint32_t shard,
                                           const replica_id& leader, std::uint64_t loss_accepted);

} // namespace orderd::cluster
