// Looks through the pages of a shard's state that have no sums: of a folder made before there were any.
#pragma once

#include "runtime/page_sums.hpp"

#include <cstdint>

namespace orderd::runtime {

/// `corrupt` unless every page of the newest transaction is in one place only, keys are in order, and the
/// seal of every row is good. What this cannot see is a row that an earlier damage took away whole.
result<void> check_state(lmdb::page_sums& pages, std::uint32_t shard);

} // namespace orderd::runtime
