// A run's result for people and for programs.
#pragma once

#include "tests/bench/options.hpp"
#include "tests/bench/process_usage.hpp"
#include "tests/bench/run_record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace orderd::bench {

/// A process at the begin and the end of the measured part.
struct usage_span {
  process_usage before;
  process_usage after;
};

struct run_result {
  bench_options options;
  run_record record;
  std::optional<usage_span> node;
  std::optional<usage_span> client;
  std::uint64_t disconnects = 0;
};

/// A few lines of text. Sorts the latencies.
std::string text_report(run_result& result);

/// One JSON object; latencies in microseconds, a timeline of seconds.
std::string json_report(run_result& result);

} // namespace orderd::bench
