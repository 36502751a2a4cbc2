// orderbench: load for a node of orderd, and what it does under it. See --help.
#include "cluster/client/client.hpp"
#include "runtime/base/descriptors.hpp"
#include "tests/bench/load_loop.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/report.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <unistd.h>

namespace orderd::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto connect_patience = 3s;
constexpr std::uint32_t setup_window = 4'000;

/// Set by Ctrl-C: what was measured so far is printed.
std::atomic<bool> stop_requested{false};

std::chrono::nanoseconds seconds(double value) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(value));
}

std::vector<caf::actor> connect_all(caf::actor_system& system, const bench_options& options) {
  cluster::client_options client;
  client.endpoint = options.endpoint;
  client.timeout = std::chrono::milliseconds{options.timeout_ms};
  std::vector<caf::actor> clients;
  for (std::uint32_t n = 0; n < options.connections; ++n)
    clients.push_back(cluster::connect(system, client));
  return clients;
}

/// Gives every SKU stock and every account credit; false when the node refused one of them.
bool set_up(caf::actor_system& system, const std::vector<caf::actor>& clients, const catalogue& goods) {
  setup_source requests{goods};
  load_plan plan;
  plan.window = setup_window;
  plan.measured = std::chrono::hours{24};
  plan.orders = requests.count();
  run_record record{0ns, plan.measured};
  load_loop{system, clients, plan, requests, record, {[] {}, [] {}}}.run(stop_requested);
  for (const auto* refusals : {&record.rejected(), &record.faults()})
    for (const auto& [name, count] : *refusals)
      std::fprintf(stderr,
                   "orderbench: error: %llu of %llu settings of stock and accounts were refused: %s\n",
                   static_cast<unsigned long long>(count), static_cast<unsigned long long>(requests.count()),
                   name.c_str());
  return record.rejected().empty() && record.faults().empty();
}

std::optional<usage_span> span_of(const std::optional<process_usage>& before,
                                  const std::optional<process_usage>& after) {
  if (!before || !after)
    return std::nullopt;
  return usage_span{*before, *after};
}

run_result measure(caf::actor_system& system, const std::vector<caf::actor>& clients, const catalogue& goods,
                   const bench_options& options) {
  load_plan plan;
  plan.rate_per_s = options.rate_per_s;
  plan.window = options.window;
  plan.warmup = seconds(options.warmup_s);
  plan.measured = options.orders > 0 ? std::chrono::hours{24} : seconds(options.seconds);
  plan.orders = options.orders;
  order_source requests{goods, {options.what, options.card_share, options.seed, options.timeout_ms}};
  run_result result{options, run_record{plan.warmup, plan.warmup + plan.measured}, {}, {}, 0};
  std::optional<process_usage> node_before;
  std::optional<process_usage> client_before;
  load_loop loop{system,
                 clients,
                 plan,
                 requests,
                 result.record,
                 {[&] {
                    node_before = usage_of(options.node_pid);
                    client_before = usage_of(getpid());
                  },
                  [&] {
                    result.node = span_of(node_before, usage_of(options.node_pid));
                    result.client = span_of(client_before, usage_of(getpid()));
                  }}};
  loop.run(stop_requested);
  result.disconnects = loop.disconnects();
  return result;
}

int run_load(const bench_options& options) {
  cluster::init_client_types();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  config.set("caf.scheduler.max-threads", 1);
  caf::actor_system system{config};
  const auto clients = connect_all(system, options);
  const auto goods = make_catalogue(options.what);
  int exit_code = exit_fault;
  if (const auto why = await_connected(system, clients, connect_patience)) {
    std::fprintf(stderr, "orderbench: error: no node at %s: %s\n", options.endpoint.c_str(), why->c_str());
  } else if (!options.setup || set_up(system, clients, goods)) {
    auto result = measure(system, clients, goods, options);
    std::fputs((options.json ? json_report(result) : text_report(result)).c_str(), stdout);
    const bool answered = result.record.latencies().count() > 0;
    if (!answered && !stop_requested)
      std::fputs("orderbench: error: no order was answered without a fault\n", stderr);
    exit_code = answered || stop_requested ? 0 : exit_fault;
  }
  for (const auto& client : clients)
    caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
  return exit_code;
}

} // namespace

int run(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (const auto* exit_code = std::get_if<int>(&options))
    return *exit_code;
  std::signal(SIGINT, [](int) { stop_requested = true; });
  std::signal(SIGTERM, [](int) { stop_requested = true; });
  return run_load(std::get<bench_options>(options));
}

} // namespace orderd::bench

int main(int argc, char** argv) try {
  return orderd::bench::run(argc, argv);
} catch (const std::exception& error) {
  std::fprintf(stderr, "orderbench: error: %s\n", error.what());
  return EXIT_FAILURE;
}
