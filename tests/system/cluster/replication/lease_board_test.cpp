// The lease board as a node has it: the heartbeat thread and the hosts of two replicas share it.
#include "cluster/replication/lease_board.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(LeaseBoard, IsSharedByTheHeartbeatThreadAndTheReplicaHosts) {
  constexpr replica_id first{1, 10};
  constexpr replica_id second{2, 20};
  constexpr std::uint64_t term = 5;
  constexpr int turns = 500;
  const heartbeat_timing patient{5ms, 60s, 120s};
  lease_board primary{first, patient};
  lease_board follower{second, patient};
  {
    const std::jthread heartbeats{[&] {
      for (int i = 0; i < turns; ++i)
        if (const auto answer = follower.take(primary.next(steady_clock::now()), steady_clock::now()))
          primary.take(*answer, steady_clock::now());
    }};
    std::vector<std::jthread> hosts;
    for (std::uint32_t shard = 0; shard < 2; ++shard)
      hosts.emplace_back([&, shard] {
        follower.follow(shard, term, first.node, steady_clock::now());
        primary.lead(shard, term, steady_clock::now());
        for (int i = 0; i < turns; ++i) {
          primary.alive(shard, steady_clock::now());
          primary.leased(shard, {second}, steady_clock::now());
          EXPECT_FALSE(follower.give_up(shard, steady_clock::now()));
        }
      });
    primary.know({{second.node, second.incarnation}});
  }
  const auto answer = follower.take(primary.next(steady_clock::now()), steady_clock::now());
  ASSERT_TRUE(answer);
  primary.take(*answer, steady_clock::now());
  for (std::uint32_t shard = 0; shard < 2; ++shard)
    EXPECT_TRUE(primary.leased(shard, {second}, steady_clock::now()));
}

} // namespace
} // namespace orderd::cluster
