// What a call says beside its message: how long its caller waits, and the trace that it belongs to.
//
// Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::cluster {

using call_time = std::chrono::system_clock::time_point;

/// The time that is left until a deadline, as `timeout_ms` of a request: 1 when it has passed, 0 when there
/// is none (time_point::max()).
std::uint32_t timeout_ms_of(call_time deadline, call_time now);

/// Of a request in a stream: its own, but no longer than its stream's.
std::uint32_t shorter_timeout_ms(std::uint32_t own, std::uint32_t of_stream);

/// The trace id of a `traceparent` of W3C Trace Context, 16 bytes; empty for what is none. As the standard
/// says, what is not valid is as if it was not there.
std::string trace_id_of(std::string_view traceparent);

} // namespace orderd::cluster
