// grpc_load: load for the gRPC door of a node, and what it does under it.
//
//   grpc_load unary|stream --endpoint HOST:PORT [--window W] [--seconds S] [--warmup S] [--node-pid PID]
//   [--json]
//
// Options as those of orderbench; the endpoint is that of the door.
#include "tests/bench/grpc_load.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/report.hpp"

#include <grpcpp/create_channel.h>

#include <cstdio>
#include <string_view>

#include <unistd.h>

namespace orderd::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t unary_window = 128;
constexpr std::uint32_t stream_window = 1'000;

std::chrono::nanoseconds seconds(double value) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(value));
}

std::shared_ptr<::grpc::Channel> open(const bench_options& options) {
  ::grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return ::grpc::CreateCustomChannel(options.endpoint, ::grpc::InsecureChannelCredentials(), arguments);
}

/// Stock and credit for everything; false when some was refused.
bool set_up(const std::shared_ptr<::grpc::Channel>& channel, const catalogue& goods) {
  setup_source requests{goods};
  run_record record{0ns, 24h};
  grpc_load{channel,
            {.window = stream_window, .measured = 24h, .requests = requests.count()},
            requests,
            record,
            [] {}}
      .run_stream();
  return record.answered_count() == requests.count() && record.rejected().empty();
}

int measure(const bench_options& options, bool stream) {
  const auto channel = open(options);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + 3s)) {
    std::fprintf(stderr, "grpc_load: error: no gRPC door at %s\n", options.endpoint.c_str());
    return exit_fault;
  }
  const auto goods = make_catalogue(options.what);
  if (options.setup && !set_up(channel, goods)) {
    std::fputs("grpc_load: error: some settings of stock and accounts were refused\n", stderr);
    return exit_fault;
  }
  order_source requests{goods, {options.what, options.card_share, options.seed, options.timeout_ms}};
  const auto warmup = seconds(options.warmup_s);
  const auto end = warmup + seconds(options.seconds);
  run_result result{options, run_record{warmup, end}, {}, {}, 0};
  std::optional<process_usage> node;
  std::optional<process_usage> client;
  grpc_load load{channel, {options.window, warmup, end - warmup, 0}, requests, result.record, [&] {
                   const auto node_now = usage_of(options.node_pid);
                   const auto client_now = usage_of(getpid());
                   if (node && node_now)
                     result.node = usage_span{*node, *node_now};
                   if (client && client_now)
                     result.client = usage_span{*client, *client_now};
                   node = node_now;
                   client = client_now;
                 }};
  if (stream)
    load.run_stream();
  else
    load.run_unary();
  std::fputs((options.json ? json_report(result) : text_report(result)).c_str(), stdout);
  return result.record.latencies().count() > 0 ? 0 : exit_fault;
}

int run(int argc, char** argv) {
  const std::string_view form = argc > 1 ? argv[1] : "";
  if (form != "unary" && form != "stream") {
    std::fputs("grpc_load: error: give unary or stream first, then options as those of orderbench\n", stderr);
    return exit_usage;
  }
  auto options = parse_options(argc - 1, argv + 1);
  if (const auto* exit_code = std::get_if<int>(&options))
    return *exit_code;
  auto& chosen = std::get<bench_options>(options);
  bool window_said = false;
  for (int i = 2; i < argc; ++i)
    window_said = window_said || std::string_view{argv[i]}.starts_with("--window");
  if (!window_said)
    chosen.window = form == "unary" ? unary_window : stream_window;
  return measure(chosen, form == "stream");
}

} // namespace
} // namespace orderd::bench

int main(int argc, char** argv) {
  return orderd::bench::run(argc, argv);
}
