// A primary on a bench: node 1 leads shard 0 in term 2, and every answer of disk and followers is the test's.
#pragma once

#include "cluster/replication/primary.hpp"
#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace orderd::test {

class primary_bench : public testing::Test {
protected:
  using replica_id = cluster::replica_id;
  using milliseconds = std::chrono::milliseconds;

  static constexpr std::uint64_t term = 2;
  static constexpr replica_id self{1, 1};
  static constexpr replica_id two{2, 1};
  static constexpr replica_id three{3, 1};

  primary_bench() {
    options.self = self, options.minimum = 2;
    open({.starts = {}, .promised = term});
  }

  /// The disk at which the primary begins.
  void open(const cluster::replica_start& disk) { core.emplace(options, disk, port, board, start); }

  void lead(std::vector<replica_id> in_sync, std::vector<replica_id> eligible,
            std::vector<std::uint32_t> nodes = {1, 2, 3}) {
    core->learn({7, {term, self, std::move(in_sync), std::move(eligible), std::move(nodes)}});
    leader.emplace(*core, term, start);
  }
  void follows(const replica_id& who, std::uint64_t end, bool complete = true, std::uint64_t copy = 0) {
    const auto attempt = port.last_to<cluster::new_term>(who.node).attempt;
    leader->take(who, cluster::join_ack{term, attempt, end, complete, copy}, start);
  }
  void acknowledges(const replica_id& who, std::uint64_t end) {
    leader->take(who, cluster::append_ack{term, end, true, committed()}, start);
  }
  /// Leads, with everyone in sync following, and serves: epoch 1, of the opening, is committed and applied.
  void serve(std::vector<replica_id> in_sync, std::vector<replica_id> eligible = {},
             std::vector<std::uint32_t> nodes = {1, 2, 3}) {
    lead(in_sync, std::move(eligible), std::move(nodes));
    for (const auto& each : in_sync) {
      if (each == self)
        continue;
      follows(each, 0);
      acknowledges(each, 1);
    }
    leader->journaled(1, start);
    core->log().applied(1);
    leader->applied(start);
  }
  /// The engine closes the next epoch.
  void close(std::size_t bytes = 1) {
    leader->engine_closed(make_epoch(term, core->log().end() + 1, core->log().end_term(), bytes), start);
  }
  /// A follower acknowledges a heartbeat that was sent so long after the start.
  void leases(const replica_id& who, milliseconds sent) {
    board.take({true, who, board.next(start + sent).sent_at_ns, {{0, term}}}, start + sent);
  }
  /// The numbers of every epoch that was sent to a node, in order.
  std::vector<std::uint64_t> shipped(const replica_id& to) const {
    std::vector<std::uint64_t> out;
    for (const auto& each : port.sent_to<cluster::append>(to.node))
      for (const auto& one : each.epochs)
        out.push_back(one->number);
    return out;
  }
  std::uint64_t committed() const { return core->log().committed(); }

  const cluster::steady_time start{std::chrono::hours{1}};
  cluster::replica_options options;
  noting_port port;
  cluster::lease_board board{self, {}};
  std::optional<cluster::replica_core> core;
  std::optional<cluster::primary> leader;
};

} // namespace orderd::test
