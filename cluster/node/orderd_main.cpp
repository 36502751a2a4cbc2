// orderd: one node.
#include "actors/entities/business.hpp"
#include "actors/rules/text.hpp"
#include "cluster/gateway/gateway.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/cluster_process.hpp"
#include "cluster/node/metrics_endpoint.hpp"
#include "cluster/node/node.hpp"
#include "cluster/node/node_types.hpp"
#include "cluster/node/provider_simulation.hpp"
#include "cluster/node/system_config.hpp"
#include "cluster/start/disks_command.hpp"
#include "cluster/start/leaving.hpp"
#include "cluster/start/start_words.hpp"
#include "cluster/wire/version.hpp"
#include "config/contradictions.hpp"
#include "config/loopback.hpp"
#include "config/settings.hpp"
#include "config/start_options.hpp"
#include "config/usage.hpp"
#include "runtime/base/descriptors.hpp"
#include "runtime/base/log.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"

#include <CLI/CLI.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

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

/// A listening address with the port that was taken where the setting says 0.
std::string with_port(const std::string& setting, std::uint16_t port) {
  auto at = config::parse_loopback(setting).value_or(config::endpoint{});
  at.port = port;
  return config::to_string(at);
}

/// Everything a running node holds, in the order in which it must go away, last first.
class running_node {
public:
  explicit running_node(const config::node_settings& settings)
      : settings_(settings), rules_(actors::make_business({settings.placement_deadline_ms})),
        metrics_(std::make_shared<runtime::metrics>(version)) {}

  runtime::result<void> start() {
    if (auto done = check_alone(settings_.data_dir); !done)
      return done;
    auto disk = runtime::open_storage(settings_.data_dir, settings_.shards);
    if (!disk)
      return disk.error();
    disk_ = *std::move(disk);
    auto recovered = runtime::recover(*disk_);
    if (!recovered)
      return recovered.error();
    for (const auto& shard : *recovered)
      runtime::log::info("node", "shard_recovered", {{"shard", shard.shard}, {"epoch", shard.last.epoch}},
                         "");
    auto page = metrics_endpoint::start(settings_.metrics, metrics_);
    if (!page)
      return page.error();
    page_.emplace(*std::move(page));
    page_->add(scrubbed_);
    return start_actors(*std::move(recovered));
  }

  void stop() {
    caf::anon_send_exit(gateway_.actor, caf::exit_reason::user_shutdown);
    node_.stop();
    caf::anon_send_exit(provider_, caf::exit_reason::user_shutdown);
  }

  std::uint16_t port() const { return gateway_.port; }
  std::uint16_t metrics_port() const { return page_->port(); }

private:
  runtime::result<void> start_actors(std::vector<runtime::recovered_shard> recovered) {
    config_.emplace(settings_);
    system_.emplace(*config_);
    auto acceptor = spawn_gateway(*system_, {settings_.listen,
                                             *rules_,
                                             *metrics_,
                                             clock_,
                                             disk_->shards(),
                                             version,
                                             {.per_address = settings_.connections_per_address_max}});
    if (!acceptor)
      return acceptor.error();
    gateway_ = *std::move(acceptor);
    page_->add(gateway_.metrics);
    end_node_with(gateway_.actor, "gateway", end_process);
    provider_ = spawn_simulated_provider(*system_, settings_.provider);
    auto made =
        start_node(*system_, settings_,
                   {*disk_, std::move(recovered), *rules_, clock_, configuration_, *metrics_, provider_,
                    end_process, with_port(settings_.listen, gateway_.port), scrubbed_.get()},
                   blocking_actors::detached);
    if (!made) {
      stop();
      return made.error();
    }
    node_ = *std::move(made);
    node_.open(gateway_.actor);
    caf::anon_send(gateway_.actor, gateway_handles{node_.shards, node_.self});
    return {};
  }

  const config::node_settings& settings_;
  std::unique_ptr<const runtime::business> rules_;
  std::shared_ptr<runtime::metrics> metrics_;
  std::shared_ptr<runtime::scrub_metrics> scrubbed_ = std::make_shared<runtime::scrub_metrics>();
  runtime::system_node_clock clock_;
  static_configuration configuration_;
  std::unique_ptr<runtime::storage> disk_;
  std::optional<metrics_endpoint> page_;
  std::optional<system_config> config_;
  std::optional<caf::actor_system> system_;
  gateway_handle gateway_;
  caf::actor provider_;
  node node_;
};

/// Runs a node, made and started, until it is told to stop.
template <class Node>
int serve(const config::node_settings& settings, Node& node, const sigset_t& stop_signals) {
  std::printf("listening on %s\n", with_port(settings.listen, node.port()).c_str());
  if (node.metrics_port() != 0)
    std::printf("metrics on http://%s/metrics\n", with_port(settings.metrics, node.metrics_port()).c_str());
  std::fflush(stdout);
  int received = 0;
  sigwait(&stop_signals, &received);
  runtime::log::info("node", "stopping", {{"signal", received}}, "");
  node.stop();
  return EXIT_SUCCESS;
}

int run_alone(const config::node_settings& settings, const sigset_t& stop_signals) {
  running_node node{settings};
  if (const auto started = node.start(); !started)
    return fail(started.error());
  return serve(settings, node, stop_signals);
}

int run_in_cluster(const config::node_settings& settings, bool replace_disk, const sigset_t& stop_signals) {
  cluster_process node{settings, end_process};
  static constexpr timespec pause{0, 200'000'000};
  const auto started =
      node.start(replace_disk, [&stop_signals] { return sigtimedwait(&stop_signals, nullptr, &pause) < 0; });
  if (!started)
    return started.error().code == runtime::fault_code::shutting_down ? EXIT_SUCCESS : fail(started.error());
  std::printf("node %u of cluster %s, %u shards, for other nodes on %s\n", settings.node,
              node.terms().id.c_str(), node.terms().shards, settings.peer_listen.c_str());
  return serve(settings, node, stop_signals);
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
  if (said.leave_cluster)
    return leave(settings);
  const auto stop_signals = block_stop_signals();
  init_node_types();
  // Bytes that are no message are answered to whoever sent them; a log line each would help nobody.
  google::protobuf::SetLogHandler(nullptr);
  return settings.configuration == config::configuration_form::etcd
             ? run_in_cluster(settings, said.replace_disk, stop_signals)
             : run_alone(settings, stop_signals);
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
