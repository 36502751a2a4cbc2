#include "runtime/base/clock.hpp"

#include <ctime>

namespace orderd::runtime {

namespace {

std::int64_t read_ms(clockid_t which) noexcept {
  timespec read{};
  ::clock_gettime(which, &read); // Fails only for a clock that there is not.
  return std::int64_t{read.tv_sec} * 1'000 + read.tv_nsec / 1'000'000;
}

} // namespace

instant system_node_clock::now() const {
  // CLOCK_MONOTONIC stands still while the machine is suspended; a caller's deadline does not.
  return {read_ms(CLOCK_BOOTTIME), read_ms(CLOCK_REALTIME)};
}

} // namespace orderd::runtime
