// The trace that a request belongs to, as HTTP and gRPC say it: W3C Trace Context, traceparent. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace orderd::cluster {

/// The trace id of a `traceparent`, 16 bytes; empty for what is none. As the standard says, what is not valid
/// is as if it was not there.
std::string trace_id_of(std::string_view traceparent);

} // namespace orderd::cluster
