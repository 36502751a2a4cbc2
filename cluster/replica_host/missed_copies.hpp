// Which copies of a shard are missed, and what is said of them.
//
// *Concurrency*: functions of their arguments.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/configuration/assignment.hpp"
#include "cluster/replication/lease_board.hpp"
#include "runtime/shard/shard_description.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::cluster {

/// As far as node `self` knows, by node: those where a copy belongs that is not in sync or whose node is not
/// heard, and whoever else has a say in the shard and is not heard.
std::vector<runtime::missed_copy> missed_copies(const assignment& known, std::uint32_t self,
                                                const lease_board& board, steady_time now);

/// "node 2, not heard for 3.2 s".
std::string missed_text(const runtime::missed_copy& what);
/// The same of all, with semicolons between.
std::string missed_text(const std::vector<runtime::missed_copy>& all);

/// To and from what a node says of them.
void tell_missed(google::protobuf::RepeatedPtrField<v1::missed_copy>& into,
                 const std::vector<runtime::missed_copy>& all);
std::vector<runtime::missed_copy>
missed_copies(const google::protobuf::RepeatedPtrField<v1::missed_copy>& said);

} // namespace orderd::cluster
