// A moment as people and programs read it: ISO 8601 in UTC with milliseconds, "2009-12-01T07:45:00.000Z".
//
// Pure.
#pragma once

#include "runtime/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace orderd::runtime {

std::string iso_time(unix_ms at);

/// Reads what `iso_time` writes, and nothing else.
std::optional<unix_ms> parse_iso_time(std::string_view text);

} // namespace orderd::runtime
