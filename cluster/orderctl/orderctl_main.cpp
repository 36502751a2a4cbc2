// orderctl: the command line of orderd. `orderctl --help` says what it can do.
#include "actors/rules/text.hpp"
#include "cluster/client/client.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_options.hpp"
#include "cluster/orderctl/ctl_session.hpp"
#include "runtime/base/descriptors.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>

namespace orderd::cluster {
namespace {

constexpr int exit_interrupted = 130;

/// The next look is a second away, and asks again.
constexpr session_patience patience_of_a_look{std::chrono::milliseconds{1'000}, std::chrono::milliseconds{0}};

/// Ctrl-C ends at once: whatever was acknowledged is durable on the node, and nothing here has to be
/// put away.
void on_interrupt(int) {
  static constexpr char sentence[] =
      "\norderctl: interrupted. What was acknowledged stands; the same command can be given again.\n";
  static_cast<void>(::write(STDERR_FILENO, sentence, sizeof sentence - 1));
  ::_exit(exit_interrupted);
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Whether the person at the terminal says yes.
bool confirm(const std::string& question) {
  if (::isatty(STDIN_FILENO) != 1)
    return false;
  std::cerr << question << " [yes/no] " << std::flush;
  std::string answer;
  return std::getline(std::cin, answer) && answer == "yes";
}

std::string user() {
  const char* const name = std::getenv("USER");
  return name ? name : "user " + std::to_string(::getuid());
}

int run_session(const invocation& what) {
  init_client_types();
  caf::actor_system_config config;
  config.set("caf.scheduler.max-threads", 1);
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  client_options to_cluster;
  to_cluster.endpoint = what.endpoint;
  to_cluster.is_operator = true;
  to_cluster.timeout = std::chrono::milliseconds{what.timeout_ms};
  if (waits_for_a_person(what.command))
    to_cluster.patience = ctl_session::unavailable_patience;
  ctl_session session{system, to_cluster};
  const auto patience =
      std::holds_alternative<top_options>(what.command) ? patience_of_a_look : session_patience{};
  const auto only = [&system, &to_cluster, patience](const std::string& endpoint) {
    auto to_node = to_cluster;
    to_node.endpoint = endpoint;
    to_node.follow = false;
    return std::make_unique<ctl_session>(system, to_node, patience);
  };
  std::random_device entropy;
  ctl_context context{session,
                      std::cout,
                      std::cerr,
                      what.json,
                      ::isatty(STDERR_FILENO) == 1,
                      now_ms,
                      [&entropy] { return (static_cast<std::uint64_t>(entropy()) << 32) | entropy(); },
                      split_endpoints(what.endpoint),
                      only,
                      confirm,
                      user()};
  const int code =
      std::visit([&context](const auto& options) { return run(options, context); }, what.command);
  if (!std::cout.flush()) {
    std::cerr << "orderctl: cannot write the output\n";
    return exit_fault;
  }
  return code;
}

int run_orderctl(const std::vector<std::string>& arguments) {
  static_cast<void>(std::signal(SIGINT, on_interrupt));
  std::ios::sync_with_stdio(false);
  const auto parsed = parse_arguments(arguments);
  if (!parsed.what) {
    (parsed.exit_code == exit_ok ? std::cout : std::cerr) << parsed.text;
    return parsed.exit_code;
  }
  return run_session(*parsed.what);
}

} // namespace
} // namespace orderd::cluster

int main(int argc, char** argv) try {
  return orderd::cluster::run_orderctl({argv + 1, argv + argc});
} catch (const std::exception& error) {
  std::fprintf(stderr, "orderctl: error: %s\n", orderd::actors::shown(error.what()).c_str());
  return orderd::cluster::exit_fault;
}
