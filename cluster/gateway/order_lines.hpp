// The log lines of each placement, at level debug: when it was taken in, and when its outcome was told. They
// cost a comparison while that level is off.
//
// *Concurrency*: any thread.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/gateway/request_window.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace orderd::cluster {

/// event=order_placed, with the order's id and the trace's, if it has one.
void log_placed(const v1::request& what, std::uint64_t connection);

/// event=order_settled of a placement that was answered, with its status, reason, and the time that it took.
/// A refusal settles nothing, and is counted where it is made.
void log_settled(const request_window::entry& request, std::string_view reply, std::uint64_t connection,
                 std::chrono::steady_clock::time_point now);

} // namespace orderd::cluster
