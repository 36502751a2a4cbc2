// The records of the configuration store, made again from what the nodes hold: after the store was lost, when
// a shard has lost everyone who may lead it, when a term was written that cannot be.
//
// *What is safe* (plan_restore): of each shard the newest record that a node holds, in a later term. That is
// right when the primary it names is among the nodes asked, which knows every change of its term. Without it
// the record may be out of date, and epochs may have been committed by a set that nobody who answers knows.
// But a set that commits has a majority of the copies; so when enough copies answer that every majority is
// among them in part, the one whose journal ends last (by term, then number) has every committed epoch, as in
// an election of Raft: it leads, alone in sync, and the primary that did not answer may lead too until
// something is committed. A promise above the newest record means that a record of a later term is lost:
// nothing is planned then. Terms are raised by limits::restored_term_gap, so that no term that somebody was
// named in is used twice. A store that was set back may have given a shard two histories, and the newest
// record may be of the wrong one (node_reports.hpp).
//
// Pure. The node that writes checks again (directory_change.cpp).
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/repair/node_reports.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::cluster {

/// The cluster that more of them are of than of any other; empty: there is none.
std::string main_cluster(const std::vector<node_report>& nodes);

struct repair_plan {
  v1::change_configuration change;
  std::vector<std::string> lines; ///< what it does, for people
};

/// Every record. `malformed` with a sentence when that is not safe with these nodes, or not needed. `once`:
/// any number, another one each time. Whoever restores again with nodes that have not heard of the last time
/// plans from the same knowledge; by it he chooses other terms, and what the last time was begun and never
/// committed is not taken for his.
runtime::result<repair_plan> plan_restore(const std::vector<node_report>& nodes, std::uint64_t once);
/// Of one shard, under the copy of a node that may not lead: what it lacks is lost.
runtime::result<repair_plan> plan_election(const std::vector<node_report>& nodes, std::uint32_t shard,
                                           std::uint32_t node);
/// Of one shard, as nodes hold it, in a term above all that they know.
runtime::result<repair_plan> plan_reset(const std::vector<node_report>& nodes, std::uint32_t shard);

} // namespace orderd::cluster
