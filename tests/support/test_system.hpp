// A CAF actor system on the deterministic scheduler: nothing runs, and no time passes, but by the test.
#pragma once

#include "cluster/node/node_types.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <initializer_list>

namespace orderd::test {

class test_system {
public:
  test_system() : system_(prepared(config_)) {}
  /// Pre: actors that know each other, or themselves, are killed.
  ~test_system() {
    scheduler().clock().schedule.clear(); // Messages that would come later keep their receivers alive.
    run();
  }
  test_system(const test_system&) = delete;
  test_system& operator=(const test_system&) = delete;

  caf::actor_system& actors() { return system_; }
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  /// Runs every job, in the order they came, until none is left. Time stands still.
  void run() { scheduler().run(); }

  /// Lets `time` pass: what becomes due is sent, then everything runs.
  void pass(std::chrono::milliseconds time) {
    scheduler().advance_time(time);
    run();
  }

  /// Ends actors whose timers would keep the system alive for ever.
  void kill(std::initializer_list<caf::actor> actors) {
    for (const auto& each : actors)
      caf::anon_send_exit(each, caf::exit_reason::kill);
    run();
  }

private:
  static caf::actor_system_config& prepared(caf::actor_system_config& config) {
    static const bool once = [] {
      cluster::init_node_types();
      return true;
    }();
    static_cast<void>(once);
    config.set("caf.scheduler.policy", "testing");
    config.set("caf.logger.console.verbosity", "quiet");
    return config;
  }

  caf::actor_system_config config_;
  caf::actor_system system_;
};

} // namespace orderd::test
