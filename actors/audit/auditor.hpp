// The audit: every row of every shard against S5 to S8, and the indexes against the orders.
#pragma once

#include "actors/public/public.pb.h"
#include "runtime/entity/request.hpp"

#include <memory>
#include <vector>

namespace orderd::actors {

/// Feed it every shard, then ask for the report.
///
/// `started_at`: each shard's time when the audit was asked for; of those that are not named, the last.
/// Shards are not read at one moment: with more than one of them, a difference that touches something changed
/// shortly before or since then is counted as `unjudged`, not as a violation. An audit of a node at rest
/// judges everything.
class auditor : public runtime::inspection {
public:
  virtual v1::audit_report report() = 0;
};
std::unique_ptr<auditor> make_auditor(std::vector<runtime::unix_ms> started_at);

} // namespace orderd::actors
