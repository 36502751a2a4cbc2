// Lost rows as people read them: the name of a range, and its keys.
//
// Pure.
#pragma once

#include "actors/public/public.pb.h"
#include "runtime/storage/lost_rows.hpp"

#include <cstdint>
#include <string>

namespace orderd::actors {

/// Names a range for ever, among those of a node: its shard, and 48 bits of a hash of its keys.
std::string lost_name(std::uint32_t shard, const runtime::lost_range& range);

void fill(v1::lost_range& to, std::uint32_t shard, const runtime::lost_range& from);

/// "order state from X to Y".
std::string lost_text(const v1::lost_range& range);

} // namespace orderd::actors
