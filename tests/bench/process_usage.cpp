#include "tests/bench/process_usage.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace orderd::bench {

namespace {

constexpr int fields_before_user_ticks = 11; ///< in /proc/PID/stat, after the name in brackets
constexpr std::uint64_t bytes_per_kib = 1024;

std::optional<double> cpu_seconds(const std::string& folder) {
  std::ifstream file{folder + "stat"};
  std::string line;
  std::getline(file, line);
  // The name may hold spaces and brackets, so count from the last bracket.
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos)
    return std::nullopt;
  std::istringstream fields{line.substr(name_end + 1)};
  std::string skipped;
  for (int n = 0; n < fields_before_user_ticks; ++n)
    fields >> skipped;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  if (!(fields >> user_ticks >> system_ticks))
    return std::nullopt;
  return static_cast<double>(user_ticks + system_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace

std::optional<process_usage> usage_of(pid_t process) {
  const auto folder = "/proc/" + std::to_string(process) + "/";
  const auto cpu_s = cpu_seconds(folder);
  if (!cpu_s)
    return std::nullopt;
  process_usage usage{*cpu_s, 0, 0, 0};
  const std::pair<std::string_view, std::uint64_t*> wanted[] = {
      {"RssAnon:", &usage.heap_bytes}, {"VmRSS:", &usage.memory_bytes}, {"VmHWM:", &usage.memory_bytes_peak}};
  std::ifstream file{folder + "status"};
  for (std::string name; file >> name; std::getline(file, name))
    for (const auto& [key, value] : wanted)
      if (std::uint64_t kib = 0; name == key && file >> kib)
        *value = kib * bytes_per_kib;
  return usage;
}

} // namespace orderd::bench
