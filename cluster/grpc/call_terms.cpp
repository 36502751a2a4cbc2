#include "cluster/grpc/call_terms.hpp"

#include "config/limits.hpp"

#include <algorithm>

namespace orderd::cluster {

std::uint32_t timeout_ms_of(call_time deadline, call_time now) {
  if (deadline == call_time::max())
    return 0;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 1, limits::request_timeout_ms_max));
}

std::uint32_t shorter_timeout_ms(std::uint32_t own, std::uint32_t of_stream) {
  if (of_stream == 0)
    return own;
  return std::min(own == 0 ? limits::request_timeout_ms_default : own, of_stream);
}

} // namespace orderd::cluster
