// Which copies of a shard are missed.
//
// *Concurrency*: functions of their arguments.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/configuration/assignment.hpp"
#include "cluster/replication/lease_board.hpp"
#include "runtime/shard/shard_description.hpp"

#include <cstdint>
#include <vector>

namespace orderd::cluster {

/// As far as node `self` knows, by node: those where a copy belongs that is not in sync or whose node is not
/// heard, and whoever else has a say in the shard and is not heard.
std::vector<runtime::missed_copy> missed_copies(const assignment& known, std::uint32_t self,
                                                const lease_board& board, steady_time now);

/// The same, as a node says it (cluster/wire/missed_text.hpp).
google::protobuf::RepeatedPtrField<v1::missed_copy> said_of(const std::vector<runtime::missed_copy>& all);

} // namespace orderd::cluster
