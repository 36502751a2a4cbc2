// One life of a node, from its start to its crash: the real actors, put together as in production, on the
// deterministic scheduler, with a disk in memory, a bank of the simulation's and no network.
//
// *Operation*: make it on a disk; `start_fault` says if it did not start. `send` requests; `run_one` job or
// `pass` time, until `crashed`, or as long as wanted; destroy it. The disk, the bank and the clock live on.
// Nothing happens but in these calls.
#pragma once

#include "actors/api.hpp"
#include "cluster/configuration_store.hpp"
#include "cluster/node.hpp"
#include "runtime/metrics.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/shop.hpp"
#include "tests/simulation/simulated_bank.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/test_system.hpp"

#include <caf/response_promise.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace orderd::simulation {

/// Everything around a node that outlives it.
struct node_world {
  const runtime::business& rules;
  config::node_settings settings;
  test::manual_clock& clock;
  cluster::configuration_store& configuration;
  simulated_bank& bank;
  chance& random;
  std::function<void(std::uint64_t request, const std::string& body)> replied;
};

class simulated_node {
public:
  /// `disk` must outlive the node.
  simulated_node(node_world& world, runtime::storage& disk);
  ~simulated_node();
  simulated_node(const simulated_node&) = delete;
  simulated_node& operator=(const simulated_node&) = delete;

  const std::optional<runtime::fault>& start_fault() const noexcept { return start_fault_; }
  /// Why the node ended itself, if it did: nothing may be sent or run afterwards.
  const std::optional<std::string>& crashed() const noexcept { return crashed_; }

  void send(const shop_request& asked);
  /// Runs one job chosen by chance; false when there is none.
  bool run_one();
  void pass(std::chrono::milliseconds time);

private:
  caf::actor spawn_gateway();
  caf::actor spawn_bank();
  void route(actors::decoded_request what, runtime::request envelope);

  node_world& world_;
  std::optional<runtime::fault> start_fault_;
  std::optional<std::string> crashed_;
  bool ended_ = false;
  runtime::metrics numbers_{"simulation"};
  std::vector<caf::response_promise> never_answered_;
  test::test_system system_;
  caf::actor gateway_;
  caf::actor bank_;
  cluster::node node_;
};

} // namespace orderd::simulation
