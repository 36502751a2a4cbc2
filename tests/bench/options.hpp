// The command line of orderbench.
#pragma once

#include "tests/bench/catalogue.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace orderd::bench {

struct bench_options {
  mix what = mix::uniform;
  double rate_per_s = 0;    ///< open loop when > 0
  std::uint32_t window = 0; ///< else closed loop
  double seconds = 10;
  double warmup_s = 2;
  std::uint64_t orders = 0; ///< stop after so many; 0: after `seconds`
  double card_share = 0;
  std::uint64_t seed = 1;
  std::uint32_t connections = 1;
  std::string endpoint = "127.0.0.1:7411";
  std::uint32_t timeout_ms = 30'000;
  bool setup = true;
  bool json = false;
  int node_pid = 0; ///< 0: not measured
};

/// The exit codes of every program of orderd.
inline constexpr int exit_usage = 2;
inline constexpr int exit_fault = 3;

/// The options, or the exit code: 0 after --help, 2 after an error, which is printed.
std::variant<bench_options, int> parse_options(int argc, char** argv);

std::string to_string(mix what);

} // namespace orderd::bench
