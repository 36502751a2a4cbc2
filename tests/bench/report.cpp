#include "tests/bench/report.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

namespace orderd::bench {

namespace {

using nlohmann::json;

constexpr double us_per_ms = 1e3;
constexpr double us_per_s = 1e6;
constexpr double bytes_per_mib = 1024.0 * 1024.0;

double ms(std::chrono::nanoseconds value) {
  return std::chrono::duration<double, std::milli>(value).count();
}

double cpu_s(const usage_span& span) {
  return span.after.cpu_s - span.before.cpu_s;
}

double cpu_us_per_order(const usage_span& span, const run_record& record) {
  return record.answered_count() == 0 ? 0
                                      : cpu_s(span) * us_per_s / static_cast<double>(record.answered_count());
}

json usage_json(const std::optional<usage_span>& span, const run_record& record) {
  if (!span)
    return nullptr;
  return {{"cpu_s", cpu_s(*span)},
          {"cpu_us_per_order", cpu_us_per_order(*span, record)},
          {"heap_bytes", span->after.heap_bytes},
          {"memory_bytes", span->after.memory_bytes},
          {"memory_bytes_peak", span->after.memory_bytes_peak}};
}

json latency_json(latency_samples& latencies) {
  return {{"mean", latencies.mean_us()},
          {"p50", latencies.percentile_us(0.5)},
          {"p99", latencies.percentile_us(0.99)},
          {"p99_9", latencies.percentile_us(0.999)},
          {"max", latencies.max_us()}};
}

json timeline_json(const run_record& record) {
  json seconds = json::array();
  for (const auto& second : record.timeline())
    seconds.push_back({{"answered", second.answered}, {"faults", second.faults}, {"max_us", second.max_us}});
  return seconds;
}

std::string usage_lines(const char* who, const std::optional<usage_span>& span, const run_record& record) {
  if (!span)
    return {};
  return fmt::format(
      "{:10} {:.1f} s CPU ({:.1f} us an order), {:.0f} MiB heap at the end, {:.0f} MiB resident at most\n",
      who, cpu_s(*span), cpu_us_per_order(*span, record),
      static_cast<double>(span->after.heap_bytes) / bytes_per_mib,
      static_cast<double>(span->after.memory_bytes_peak) / bytes_per_mib);
}

std::string count_lines(const char* what, const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += fmt::format("{:10} {} {}\n", what, count, name);
  return text;
}

} // namespace

std::string text_report(run_result& result) {
  auto& record = result.record;
  auto& latencies = record.latencies();
  const auto& options = result.options;
  auto text =
      options.rate_per_s > 0
          ? fmt::format("{:10} {}, {:g} orders a second", "load", to_string(options.what), options.rate_per_s)
          : fmt::format("{:10} {}, {} unanswered at a time", "load", to_string(options.what), options.window);
  text += fmt::format(", {} connections\n", options.connections);
  text += fmt::format("{:10} {:.0f} orders/s over {:.1f} s\n", "answered", record.orders_per_s(),
                      record.measured_s());
  text += fmt::format("{:10} p50 {:.2f} ms, p99 {:.2f} ms, p99.9 {:.2f} ms, max {:.2f} ms\n", "latency",
                      latencies.percentile_us(0.5) / us_per_ms, latencies.percentile_us(0.99) / us_per_ms,
                      latencies.percentile_us(0.999) / us_per_ms, latencies.max_us() / us_per_ms);
  text += fmt::format("{:10} {:.1f} ms without an answer, from {:.1f} ms on\n", "silence",
                      ms(record.longest_silence()), ms(record.longest_silence_at()));
  text += fmt::format("{:10} {}\n", "confirmed", record.confirmed());
  text += count_lines("rejected", record.rejected()) + count_lines("fault", record.faults());
  if (result.disconnects > 0)
    text += fmt::format("{:10} {} times\n", "cut off", result.disconnects);
  return text + usage_lines("node", result.node, record) + usage_lines("client", result.client, record);
}

std::string json_report(run_result& result) {
  const auto& options = result.options;
  auto& record = result.record;
  const bool open = options.rate_per_s > 0;
  const json report{
      {"mix", to_string(options.what)},
      {"loop", open ? "open" : "closed"},
      {"rate_per_s", open ? json(options.rate_per_s) : json(nullptr)},
      {"window", open ? json(nullptr) : json(options.window)},
      {"connections", options.connections},
      {"card_share", options.card_share},
      {"measured_s", record.measured_s()},
      {"orders_per_s", record.orders_per_s()},
      {"latency_us", latency_json(record.latencies())},
      {"refusal_us", latency_json(record.refusals())},
      {"longest_silence_ms", ms(record.longest_silence())},
      {"longest_silence_at_ms", ms(record.longest_silence_at())},
      {"confirmed", record.confirmed()},
      {"rejected", record.rejected()},
      {"faults", record.faults()},
      {"disconnects", result.disconnects},
      {"node", usage_json(result.node, record)},
      {"client", usage_json(result.client, record)},
      {"timeline", timeline_json(record)},
  };
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace orderd::bench
