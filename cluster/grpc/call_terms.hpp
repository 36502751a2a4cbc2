// How long the caller of a call waits.
//
// Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace orderd::cluster {

using call_time = std::chrono::system_clock::time_point;

/// The time that is left until a deadline, as `timeout_ms` of a request: 1 when it has passed, 0 when there
/// is none (time_point::max()).
std::uint32_t timeout_ms_of(call_time deadline, call_time now);

/// Of a request in a stream: its own, but no longer than its stream's.
std::uint32_t shorter_timeout_ms(std::uint32_t own, std::uint32_t of_stream);

} // namespace orderd::cluster
