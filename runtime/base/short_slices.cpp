#include "runtime/base/short_slices.hpp"

#include <cstdint>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace orderd::runtime {

namespace {

/// The kernel's struct sched_attr, in its first version; the C library has none.
struct scheduling {
  std::uint32_t size = sizeof(scheduling);
  std::uint32_t policy = 0; ///< SCHED_OTHER
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0; ///< of SCHED_OTHER: the slice
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

constexpr std::uint64_t slice_ns = 100'000; // the least the kernel takes

} // namespace

bool request_short_slices() noexcept {
  scheduling now;
  if (syscall(SYS_sched_getattr, 0, &now, sizeof now, 0) != 0)
    return false;
  now.runtime_ns = slice_ns;
  return syscall(SYS_sched_setattr, 0, &now, 0) == 0;
}

bool request_low_share() noexcept {
  constexpr int low = 10;
  // On Linux, the priority of the calling thread alone.
  return ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), low) == 0;
}

} // namespace orderd::runtime
