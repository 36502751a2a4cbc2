#include "tests/bench/options.hpp"

#include "actors/rules/text.hpp"
#include "cluster/wire/version.hpp"
#include "config/limits.hpp"
#include "config/usage.hpp"
#include "config/value_checks.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <limits>
#include <map>

namespace orderd::bench {

namespace {

constexpr std::uint32_t window_default = 2'000;
constexpr double hours_24_s = 86'400;

const std::map<std::string, mix> mixes{{"uniform", mix::uniform}, {"hot", mix::hot}, {"retail", mix::retail}};

void add_load(CLI::App& app, bench_options& options) {
  app.add_option_function<std::string>(
         "--mix", [&options](const std::string& name) { options.what = mixes.at(name); }, "what is ordered")
      ->check(config::word_of({"uniform", "hot", "retail"}))
      ->option_text("uniform|hot|retail [uniform]");
  auto* rate = app.add_option("--rate", options.rate_per_s,
                              "open loop: orders a second, latency counted from when each was due")
                   ->check(config::number(0.1, 10e6, "a number"))
                   ->option_text("R");
  app.add_option("--window", options.window, "closed loop: orders unanswered at a time [2000]")
      ->check(config::whole(1, 1'000'000, "orders"))
      ->excludes(rate)
      ->option_text("W");
  app.add_option("--seconds", options.seconds, "length of the measured part")
      ->check(config::number(0.1, hours_24_s, "seconds"))
      ->option_text("S [10]");
  app.add_option("--warmup", options.warmup_s, "seconds of load before it")
      ->check(config::number(0, hours_24_s, "seconds"))
      ->option_text("S [2]");
  app.add_option("--orders", options.orders, "stop after so many orders instead, without a warm-up")
      ->check(config::whole(1, std::numeric_limits<std::int32_t>::max()))
      ->option_text("N");
  app.add_option("--cards", options.card_share, "share of orders paid by card, 0 to 1")
      ->check(config::number(0, 1, "a share"))
      ->option_text("SHARE [0]");
  app.add_option("--seed", options.seed, "of what is ordered")->option_text("N [1]");
}

void add_node(CLI::App& app, bench_options& options) {
  app.add_option("--endpoint", options.endpoint, "the node; of a cluster any nodes, with commas between")
      ->option_text("HOST:PORT,... [127.0.0.1:7411]");
  app.add_option("--connections", options.connections, "clients with a connection and a credit window each")
      ->check(config::whole(1, 1'024, "connections"))
      ->option_text("N [1]");
  app.add_option("--timeout-ms", options.timeout_ms, "deadline of each order")
      ->check(config::whole(1, limits::request_timeout_ms_max, "ms"))
      ->option_text("MS [30000]");
  app.add_option("--node-pid", options.node_pid, "process whose CPU time and memory are reported")
      ->check(config::whole(1, std::numeric_limits<std::int32_t>::max()))
      ->option_text("PID");
  app.add_flag("!--no-setup", options.setup, "do not set stock and accounts first");
  app.add_flag("--json", options.json, "print the result as JSON");
}

} // namespace

std::variant<bench_options, int> parse_options(int argc, char** argv) {
  bench_options options;
  CLI::App app{"Measures a node of orderd under load: throughput, exact latencies, CPU and memory.\n"
               "Without --rate and --window: closed loop, 2,000 orders unanswered.\n"
               "Exit code: 0 measured, 2 usage, 3 the node is not there or answers with faults only.",
               "orderbench"};
  app.set_version_flag("--version", cluster::version);
  add_load(app, options);
  add_node(app, options);
  if (const auto end = config::read_arguments(app, {argv + 1, argv + argc}, actors::shown)) {
    std::fputs(end->text.c_str(), end->asked_for ? stdout : stderr);
    return end->asked_for ? 0 : exit_usage;
  }
  if (options.window == 0)
    options.window = window_default;
  if (options.orders > 0)
    options.warmup_s = 0;
  return options;
}

std::string to_string(mix what) {
  for (const auto& [name, value] : mixes)
    if (value == what)
      return name;
  return "unknown";
}

} // namespace orderd::bench
