#include "runtime/base/process_metrics.hpp"

#include <prometheus/metric_type.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>
#include <unistd.h>

namespace orderd::runtime {

namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// Takes the next word off `text`; empty: there is none.
std::string_view next_word(std::string_view& text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos)
    return text = {};
  const auto end = std::min(text.find_first_of(" \t\n", first), text.size());
  const auto word = text.substr(first, end - first);
  text.remove_prefix(end);
  return word;
}

/// What follows `name` at the beginning of a line.
std::optional<std::string_view> after(std::string_view name, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto line = text.substr(at, text.find('\n', at) - at);
    if (line.starts_with(name))
      return line.substr(name.size());
    at += line.size();
  }
  return std::nullopt;
}

/// Empty when it cannot be read.
std::string content_of(const std::string& path) {
  std::ifstream in{path};
  std::string content;
  std::getline(in, content, '\0'); // Unlike iterators, it does not throw where a read fails.
  return in.bad() ? std::string{} : content;
}

/// None: the folder cannot be read.
std::optional<std::uint64_t> entries_of(const std::string& folder) {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator each{folder, error}, end; !error && each != end;
       each.increment(error))
    ++count;
  return error ? std::nullopt : std::optional{count};
}

class page {
public:
  void add(const char* name, const char* help, prometheus::MetricType type, double value) {
    prometheus::ClientMetric metric;
    (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    families.push_back({name, help, type, {std::move(metric)}});
  }
  void add(const char* name, const char* help, std::optional<std::uint64_t> value) {
    if (value)
      add(name, help, prometheus::MetricType::Gauge, static_cast<double>(*value));
  }

  std::vector<prometheus::MetricFamily> families;
};

} // namespace

std::optional<process_stat> parse_process_stat(std::string_view text) {
  // The third field and those behind it: proc(5).
  constexpr std::size_t fields = 22;
  const auto name_ends = text.rfind(')');
  if (name_ends == std::string_view::npos)
    return std::nullopt;
  auto rest = text.substr(name_ends + 1);
  std::array<std::uint64_t, fields> values{};
  for (std::size_t i = 0; i < fields; ++i) {
    const auto word = next_word(rest);
    if (word.empty())
      return std::nullopt;
    values[i] = number_of(word).value_or(0); // Some are letters or below zero; none of those is wanted.
  }
  return process_stat{values[11] + values[12], values[17], values[19], values[20], values[21]};
}

std::optional<std::uint64_t> parse_open_files_max(std::string_view text) {
  auto rest = after("Max open files", text);
  if (!rest)
    return std::nullopt;
  const auto soft = next_word(*rest);
  return soft == "unlimited" ? std::numeric_limits<std::uint64_t>::max() : number_of(soft);
}

std::optional<std::uint64_t> parse_boot_time(std::string_view text) {
  auto rest = after("btime", text);
  return rest ? number_of(next_word(*rest)) : std::nullopt;
}

std::vector<prometheus::MetricFamily> process_metrics::Collect() const {
  using prometheus::MetricType;
  page out;
  const auto ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (const auto stat = parse_process_stat(content_of(proc_ + "/self/stat"))) {
    out.add("process_cpu_seconds_total", "Processor time of the process, user and system.",
            MetricType::Counter, static_cast<double>(stat->cpu_ticks) / ticks_a_second);
    out.add("process_resident_memory_bytes", "Memory of the process that is in main memory.",
            stat->resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
    out.add("process_virtual_memory_bytes", "Address space of the process, mapped files included.",
            stat->virtual_bytes);
    out.add("process_threads", "Threads of the process.", stat->threads);
    if (const auto booted = parse_boot_time(content_of(proc_ + "/stat")))
      out.add("process_start_time_seconds", "When the process started, in seconds of Unix time.",
              MetricType::Gauge,
              static_cast<double>(*booted) + static_cast<double>(stat->started_ticks) / ticks_a_second);
  }
  out.add("process_open_fds", "Open file descriptors of the process.", entries_of(proc_ + "/self/fd"));
  out.add("process_max_fds", "File descriptors that the process may have open.",
          parse_open_files_max(content_of(proc_ + "/self/limits")));
  return std::move(out.families);
}

} // namespace orderd::runtime
