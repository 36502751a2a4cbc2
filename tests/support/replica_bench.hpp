// A replica of node 2 in a test's hands: what its disk says, what the store has, what the others say, and
// when.
#pragma once

#include "cluster/replication/replica.hpp"
#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace orderd::test {

class replica_bench : public testing::Test {
protected:
  static constexpr cluster::replica_id self{2, 1};
  static constexpr cluster::replica_id one{1, 1};
  static constexpr cluster::replica_id three{3, 1};

  replica_bench() {
    options_.self = self;
    options_.minimum = 2;
    open(disk());
  }

  /// Epochs 1 and 2 of term 1, applied; 3 and 4 of term 3, which is promised.
  static cluster::replica_start disk() {
    return {.applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}, {3, 3}}, .promised = 3};
  }
  /// Node 1 leads in term 3, with everyone in sync.
  static cluster::assignment led_by_one() { return {3, one, {one, self, three}, {}, {1, 2, 3}}; }

  /// The node starts, and remembers nothing but its disk.
  void open(const cluster::replica_start& disk) {
    replica_.reset();
    port_.forget_questions();
    board_.emplace(self, cluster::heartbeat_timing{});
    replica_.emplace(options_, disk, port_, *board_, now_);
  }
  void knows(std::uint64_t version, const cluster::assignment& what) {
    replica_->configured({version, what}, now_);
  }
  /// The oldest note that is not durable yet becomes so.
  void note_durable() { replica_->noted(port_.next_note(), now_); }
  void tick() { replica_->tick(now_); }
  void says(const cluster::replica_id& who, const cluster::peer_body& what) {
    replica_->received(who, what, now_);
  }

  /// Follows node 1, and nothing that it ever proposed can still take place.
  void settle() {
    knows(7, led_by_one());
    knows(8, led_by_one());
  }
  /// Takes over after its grace, into term 4; the note is on its way to the disk.
  void take_over() {
    settle();
    now_ += std::chrono::milliseconds{550};
    tick();
    knows(9, cluster::taken_over(led_by_one(), self, 2));
  }
  /// Leads term 4, with node 3 in sync, and serves.
  void serve() {
    take_over();
    note_durable();
    says(three, cluster::join_ack{4, port_.last_to<cluster::new_term>(three.node).attempt, 5, true, 0});
    replica_->journaled(5, now_);
    replica_->journal_read(3, {make_epoch(3, 3, 1), make_epoch(3, 4, 3)}, now_);
    replica_->applied(5, now_);
    tick();
  }
  /// How often it proposed to lead.
  std::size_t candidacies() const {
    return static_cast<std::size_t>(
        std::count_if(port_.proposed.begin(), port_.proposed.end(),
                      [](const cluster::versioned_assignment& each) { return each.what.primary == self; }));
  }
  /// The primary of term 3 sends a heartbeat; whether that is acknowledged.
  bool acknowledges_heartbeat() {
    return board_->take({false, one, 1, {{options_.shard, 3}}}, now_).has_value();
  }

  cluster::steady_time now_{std::chrono::hours{1}};
  cluster::replica_options options_;
  noting_port port_;
  std::optional<cluster::lease_board> board_;
  std::optional<cluster::replica> replica_;
};

} // namespace orderd::test
