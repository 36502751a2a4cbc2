// Looks at pages of a shard's state that have no sums for themselves: all of them where a folder was made
// before there were any or the sums are lost, some where a part of the sums is damaged.
#pragma once

#include "runtime/lmdb/page_sums.hpp"

#include <cstdint>

namespace orderd::runtime {

/// `corrupt` unless every page of the newest transaction is in one place only, keys are in order, and the
/// seal of every row is good. Gives how many pages without sums are used. What this cannot see is a page
/// without a sum that is an older form of itself with as many rows, and so a row that was changed since.
result<std::uint64_t> check_state(lmdb::page_sums& pages, std::uint32_t shard);

} // namespace orderd::runtime
