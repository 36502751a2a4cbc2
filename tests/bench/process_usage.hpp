// CPU time and memory of a process, from /proc.
#pragma once

#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace orderd::bench {

struct process_usage {
  double cpu_s = 0;               ///< user and system, of all threads, since it began; in steps of 10 ms
  std::uint64_t heap_bytes = 0;   ///< resident, without mapped files
  std::uint64_t memory_bytes = 0; ///< resident; includes what the system caches of the process's mapped files
  std::uint64_t memory_bytes_peak = 0;
};

/// Nothing when there is no such process or it may not be read.
std::optional<process_usage> usage_of(pid_t process);

} // namespace orderd::bench
