// What the operating system counts of this process, for Prometheus, under the names that every client library
// of Prometheus uses: process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
// process_open_fds, process_max_fds, process_start_time_seconds, process_threads.
//
// *Operation*: each reading of the page reads some small files of /proc; nothing is counted in between. What
// cannot be read is left out, so that a wrong zero is never shown.
//
// *Concurrency*: any thread; it keeps nothing.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime {

/// Of /proc/PID/stat, in the units of the kernel.
struct process_stat {
  std::uint64_t cpu_ticks = 0; ///< of user and system
  std::uint64_t threads = 0;
  std::uint64_t started_ticks = 0; ///< after the machine
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
  friend bool operator==(const process_stat&, const process_stat&) = default;
};

// -- the texts of /proc; none: it is not that text ------------------------------------------------------

/// The name of the program in it may hold spaces and brackets.
std::optional<process_stat> parse_process_stat(std::string_view text);
/// The soft limit of open files in /proc/PID/limits; unlimited: the largest number.
std::optional<std::uint64_t> parse_open_files_max(std::string_view text);
/// When the machine started, in /proc/stat: seconds of Unix time.
std::optional<std::uint64_t> parse_boot_time(std::string_view text);

class process_metrics : public prometheus::Collectable {
public:
  /// `proc`: where the system shows its processes; another folder in tests.
  explicit process_metrics(std::string proc = "/proc") : proc_(std::move(proc)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  std::string proc_;
};

} // namespace orderd::runtime
