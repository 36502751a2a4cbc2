// orderd: one node.
#include "actors/rules/text.hpp"
#include "cluster/node/alone.hpp"
#include "cluster/node/node_process.hpp"
#include "cluster/node/node_types.hpp"
#include "cluster/start/disks_command.hpp"
#include "cluster/start/leaving.hpp"
#include "cluster/start/start_words.hpp"
#include "cluster/wire/version.hpp"
#include "config/contradictions.hpp"
#include "config/settings.hpp"
#include "config/start_options.hpp"
#include "config/usage.hpp"
#include "runtime/base/descriptors.hpp"
#include "runtime/base/log.hpp"

#include <CLI/CLI.hpp>
#include <google/protobuf/stubs/logging.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

/// Read by jemalloc when the process starts. Huge pages: entities are visited at random, and with small
/// pages a good part of a turn is address translation. A thread of its own gives memory back, so that
/// no shard does.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,metadata_thp:always,background_thread:true";
}

namespace orderd::cluster {

namespace {

constexpr int exit_usage = 2;
constexpr int exit_fault = 3;

/// SIGINT and SIGTERM are waited for by the main thread; no other thread may take them.
sigset_t block_stop_signals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  // A client that goes away while it is written to is an error of that connection, not of the process.
  std::signal(SIGPIPE, SIG_IGN);
  return stop;
}

/// An unknown commit or a broken engine: ends the process at once and flushes nothing, so that nobody is
/// told what may not be true. Whatever starts it again finds every acknowledged epoch in the journal.
void end_process(std::string_view component, const runtime::fault& why) {
  runtime::log::error(component, "fatal", {{"code", runtime::to_string(why.code)}}, why.message);
  ::_exit(exit_fault);
}

/// The last wall: what nobody caught is a sentence too, never a signal.
void say_and_end() {
  try {
    if (std::current_exception())
      std::rethrow_exception(std::current_exception());
    end_process("process", {runtime::fault_code::internal, "it was ended by a bug"});
  } catch (const std::exception& error) {
    end_process("process", {runtime::fault_code::internal, error.what()});
  } catch (...) {
    end_process("process", {runtime::fault_code::internal, "something that is no exception was thrown"});
  }
}

int fail(const runtime::fault& why) {
  std::fprintf(stderr, "orderd: %s\n", why.message.c_str());
  return exit_fault;
}

/// Runs a node until it is told to stop.
int serve(const config::node_settings& settings, bool replace_disk, const sigset_t& stop_signals) {
  node_process node{settings, end_process};
  static constexpr timespec pause{0, 200'000'000};
  const auto started =
      node.start(replace_disk, [&stop_signals] { return sigtimedwait(&stop_signals, nullptr, &pause) < 0; });
  if (!started)
    return started.error().code == runtime::fault_code::shutting_down ? EXIT_SUCCESS : fail(started.error());
  if (!alone(node.terms()))
    std::printf("node %u of cluster %s, %u shards, for other nodes on %s\n", settings.node,
                node.terms().id.c_str(), node.terms().shards, settings.peer_listen.c_str());
  std::printf("listening on %s\n", with_port(settings.listen, node.port()).c_str());
  if (node.http_port() != 0) {
    const auto at = with_port(settings.http, node.http_port());
    std::printf("metrics on http://%s/metrics\npage and API on http://%s/\n", at.c_str(), at.c_str());
  }
  std::fflush(stdout);
  int received = 0;
  sigwait(&stop_signals, &received);
  runtime::log::info("node", "stopping", {{"signal", received}}, "");
  node.stop();
  return EXIT_SUCCESS;
}

int leave(const config::node_settings& settings) {
  if (settings.configuration == config::configuration_form::etcd)
    return fail({runtime::fault_code::malformed,
                 "--leave-cluster makes a node one by itself: give it without --configuration etcd"});
  const auto left = leave_cluster(settings.data_dir);
  if (!left)
    return fail(left.error());
  std::printf("%s\n", left->c_str());
  return EXIT_SUCCESS;
}

int run_disks_command(const disks_options& options, const config::node_settings& settings) {
  const auto done = run_disks(options, settings.data_dir, std::cout);
  std::cout.flush();
  return done ? EXIT_SUCCESS : fail(done.error());
}

int run(const config::node_settings& settings, const config::start_options& said) {
  runtime::log::set_level(runtime::log::level_of(settings.log_level));
  runtime::log::set_form(settings.log_format == "json" ? runtime::log::form::json
                                                       : runtime::log::form::logfmt);
  if (said.leave_cluster)
    return leave(settings);
  const auto stop_signals = block_stop_signals();
  init_node_types();
  // Bytes that are no message are answered to whoever sent them; a log line each would help nobody.
  google::protobuf::SetLogHandler(nullptr);
  return serve(settings, said.replace_disk, stop_signals);
}

} // namespace

} // namespace orderd::cluster

int main(int argc, char** argv) {
  std::set_terminate(orderd::cluster::say_and_end);
  CLI::App app{"orderd: takes orders, reserves stock, takes payment and confirms, durably and exactly once.",
               "orderd"};
  app.set_version_flag("--version", orderd::cluster::version);
  orderd::config::node_settings settings;
  orderd::config::add_settings(app, settings);
  orderd::config::start_options said;
  orderd::config::add_start_options(app, said);
  orderd::cluster::disks_options disks;
  orderd::cluster::add_disks_commands(app, disks);
  if (const auto end = orderd::config::read_arguments(app, {argv + 1, argv + argc}, orderd::actors::shown)) {
    std::fputs(end->text.c_str(), end->asked_for ? stdout : stderr);
    return end->asked_for ? EXIT_SUCCESS : orderd::cluster::exit_usage;
  }
  if (const auto why = orderd::config::contradiction(settings, said);
      !why.empty() && disks.what == orderd::cluster::disks_options::action::none) {
    std::fprintf(stderr, "orderd: %s\n", why.c_str());
    return orderd::cluster::exit_usage;
  }
  ::umask(S_IRWXG | S_IRWXO); // what is stored here is nobody else's to read
  settings.data_dir = orderd::cluster::in_full(settings.data_dir);
  if (disks.what != orderd::cluster::disks_options::action::none)
    return orderd::cluster::run_disks_command(disks, settings);
  if (settings.configuration == orderd::config::configuration_form::etcd && app.count("--data-dir") == 0) {
    std::fprintf(stderr,
                 "orderd: a node of a cluster needs its folder said: --data-dir DIR. In another folder than "
                 "before it would be another disk\n");
    return orderd::cluster::exit_usage;
  }
  return orderd::cluster::run(settings, said);
}
