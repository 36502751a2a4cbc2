// One life of a node, from its start to its crash: the real actors, put together as in production, on the
// deterministic scheduler, with a disk in memory, a bank of the simulation's, and connections that carry the
// frames of the real sessions (an actor of the simulation's in place of the gateway moves them).
//
// *Operation*: make it on a disk; `start_fault` says if it did not start. `send` requests; `run_one` step or
// `pass` time, until `crashed`, or as long as wanted; destroy it. The disk, the bank and the clock live on.
// Nothing happens but in these calls.
#pragma once

#include "cluster/node/alone.hpp"
#include "runtime/base/metrics.hpp"
#include "tests/simulation/bank_line.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/shop.hpp"
#include "tests/simulation/simulated_bank.hpp"
#include "tests/simulation/simulated_connection.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/test_system.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace orderd::simulation {

/// Everything around a node that outlives it.
struct node_world {
  const runtime::business& rules;
  config::node_settings settings;
  test::manual_clock& clock;
  simulated_bank& bank;
  chance& random;
  simulated_connection::client client;
};

class simulated_node : private cluster::session_observer {
public:
  /// `disk` must outlive the node.
  simulated_node(node_world& world, runtime::storage& disk);
  ~simulated_node() override;
  simulated_node(const simulated_node&) = delete;
  simulated_node& operator=(const simulated_node&) = delete;

  const std::optional<runtime::fault>& start_fault() const noexcept { return start_fault_; }
  /// Why the node ended itself, if it did: nothing may be sent or run afterwards.
  const std::optional<std::string>& crashed() const noexcept { return crashed_; }

  /// Sends over one of the connections.
  void send(const shop_request& asked);
  /// Ends one connection, another takes its place; gives the requests whose replies are lost with it.
  std::set<std::uint64_t> lose_connection();
  /// Runs one job, or lets bytes arrive, by chance; false when there is nothing to do.
  bool run_one();
  void pass(std::chrono::milliseconds time);

private:
  caf::actor spawn_gateway();
  void answered(std::string_view, runtime::reply_outcome, std::chrono::nanoseconds) override {}
  void connect(std::size_t place);
  void take_replies(const runtime::gateway_replies& batch);
  bool carry();
  cluster::moment now();

  node_world& world_;
  bank_line line_;
  std::optional<runtime::fault> start_fault_;
  std::optional<std::string> crashed_;
  bool ended_ = false;
  runtime::metrics metrics_{"simulation"};
  cluster::cluster_metrics cluster_metrics_;
  cluster::static_configuration store_;
  cluster::lease_board board_{cluster::the_only_replica, {}};
  cluster::session_context context_;
  cluster::asked_requests asked_;
  std::uint64_t last_connection_ = 0;
  std::map<std::uint64_t, std::unique_ptr<simulated_connection>> connections_; ///< by number
  std::vector<std::uint64_t> places_;                                          ///< numbers of the living
  test::test_system system_;
  caf::actor gateway_;
  caf::actor bank_;
  cluster::node node_;
};

} // namespace orderd::simulation
