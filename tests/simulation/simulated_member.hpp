// One life of a node of a simulated cluster, from its start to its crash: the real actors, put together as in
// production, on a deterministic scheduler of its own, with a disk in memory, and the simulation in place of
// sockets and heartbeat thread.
//
// *Operation*: make it with what its start found; `start_fault` says if it did not start. `pass` time to it,
// bring it messages and bytes of clients, `run` what is to be done; until `ended`, or as long as wanted.
// Destroy it: the process is gone. Nothing happens but in these calls.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/gateway/session.hpp"
#include "cluster/node/node.hpp"
#include "cluster/peers/messages.hpp"
#include "runtime/base/metrics.hpp"
#include "tests/simulation/answer_checks.hpp"
#include "tests/simulation/bank_line.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/support/test_system.hpp"

#include <caf/resumable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::simulation {

/// What the members of a cluster share, and what outlives each.
struct member_world {
  const runtime::business& rules;
  config::node_settings settings;
  cluster::cluster_terms terms;
  cluster::replica_options replicas;
  simulated_bank& bank;
  chance& random;
  answer_checks& answers;
  /// A message to a shard's replica host on another node.
  std::function<void(std::uint32_t from, const cluster::peer_send& what)> send;
  /// Bytes to a client.
  std::function<void(std::uint64_t connection, std::string bytes)> say;
};

/// What one life is given; the references outlive it.
struct member_life {
  cluster::replica_id self;
  std::uint64_t boot = 0;
  runtime::storage& disk;
  std::vector<runtime::replica_storage> found;
  cluster::configuration_store& store;
  const runtime::node_clock& clock;
  std::optional<cluster::held_configuration>& held; ///< on its disk
};

class simulated_member : private cluster::session_observer {
public:
  simulated_member(member_world& world, member_life life);
  ~simulated_member() override;
  simulated_member(const simulated_member&) = delete;
  simulated_member& operator=(const simulated_member&) = delete;

  const std::optional<runtime::fault>& start_fault() const noexcept { return start_fault_; }
  /// Why the node ended itself, if it did: nothing may be run afterwards.
  const std::optional<std::string>& ended() const noexcept { return ended_; }

  void pass(std::chrono::microseconds time);
  cluster::steady_time now();
  /// Runs what can be run now, in an order that chance decides, at most so many jobs.
  void run(std::uint64_t jobs_max);
  /// Ends `run` after the job that runs now: the process stands still there.
  void halt() noexcept { halted_ = true; }
  std::uint64_t jobs() const noexcept { return jobs_; }
  /// Until then the journal takes long for everything.
  void slow_disk_until(cluster::steady_time until) { slow_until_ = until; }

  cluster::lease_board& board() { return board_; }
  /// It leads, and a follower's rows are others than its own after the same epochs.
  bool tells_of_other_rows() { return told_of(cluster::doubt::other_rows); }
  /// Another node has another epoch of a term and number than it has.
  bool tells_of_other_epochs() { return told_of(cluster::doubt::other_epoch); }
  void received(std::uint32_t from, const cluster::peer_send& what);
  /// Bytes of other nodes that the replica hosts have not given back.
  std::size_t untaken_bytes() const noexcept { return untaken_bytes_; }

  // -- clients -------------------------------------------------------------------------------------
  void connect(std::uint64_t connection);
  void receive(std::uint64_t connection, std::string_view bytes);
  void disconnect(std::uint64_t connection) { sessions_.erase(connection); }
  /// Reads something of a shard as a client would that knows no better than to ask this node; nobody waits
  /// for the answer.
  void probe(const v1::request& what);
  /// Requests that have no answer.
  std::size_t unanswered() const;

private:
  bool told_of(cluster::doubt what) { return cluster_metrics_.doubts.at(cluster::name_of(what)).Value() > 0; }

  void answered(std::string_view, runtime::reply_outcome, std::chrono::nanoseconds) override {}
  caf::actor spawn_gateway();
  caf::actor spawn_peers();
  void see_replies(const caf::strong_actor_ptr& by, const runtime::gateway_replies& batch);
  void take_replies(const runtime::gateway_replies& batch);
  void flush(std::uint64_t connection);
  cluster::moment moment() { return {now(), clock_.now().monotone_ms}; }
  std::optional<std::size_t> next_job();
  bool disk_is_ready();

  member_world& world_;
  cluster::replica_id self_;
  const runtime::node_clock& clock_;
  std::optional<runtime::fault> start_fault_;
  std::optional<std::string> ended_;
  bool gone_ = false;
  bool halted_ = false;
  std::uint64_t probes_ = 0;
  runtime::metrics metrics_{"simulation"};
  cluster::cluster_metrics cluster_metrics_;
  bank_line line_;
  cluster::lease_board board_;
  cluster::session_context context_;
  cluster::asked_requests asked_;
  std::map<std::uint64_t, std::unique_ptr<cluster::session>> sessions_;
  std::size_t untaken_bytes_ = 0;
  std::uint64_t jobs_ = 0;
  test::test_system system_;
  caf::actor gateway_;
  caf::actor peers_;
  caf::actor bank_;
  cluster::node node_;
  const caf::resumable* journal_job_ = nullptr;
  std::optional<cluster::steady_time> disk_due_; ///< when what the journal is asked for will be done
  cluster::steady_time slow_until_{};
};

} // namespace orderd::simulation
