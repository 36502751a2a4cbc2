// What is said of the copies of a shard that are missed, to operators and to clients.
//
// *Concurrency*: functions of their arguments.
#pragma once

#include "actors/public/public.pb.h"

#include <string>

namespace orderd::cluster {

/// "node 2, not heard for 3.2 s".
std::string missed_text(const v1::missed_copy& what);
/// The same of all, with semicolons between; empty: none is missed.
std::string missed_text(const google::protobuf::RepeatedPtrField<v1::missed_copy>& all);

} // namespace orderd::cluster
