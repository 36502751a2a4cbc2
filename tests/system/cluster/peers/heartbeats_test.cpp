// The heartbeat thread over real sockets of this machine.
#include "cluster/peers/heartbeats.hpp"

#include "cluster/peers/heartbeat_form.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr replica_id first_id{1, 10};
constexpr replica_id second_id{2, 20};
constexpr heartbeat_timing quick{5ms, 5'000ms, 10'000ms};

bool within_ten_seconds(const std::function<bool()>& holds) {
  const auto deadline = steady_clock::now() + 10s;
  while (!holds() && steady_clock::now() < deadline)
    std::this_thread::yield();
  return holds();
}

struct heart {
  explicit heart(const replica_id& self, const std::string& cluster = "orders")
      : known(self.node), board(self, quick) {
    known.know({{1, 10}, {2, 20}});
    auto made = heartbeats::open({.address = "127.0.0.1:0",
                                  .cluster_id = cluster,
                                  .board = board,
                                  .known = known,
                                  .metrics = metrics});
    runtime::require(static_cast<bool>(made), "a node could not listen");
    thread = std::move(*made);
  }
  double count(const char* kind) { return metrics.heartbeats.at(kind).Value(); }

  known_nodes known;
  lease_board board;
  cluster_metrics metrics;
  std::unique_ptr<heartbeats> thread;
};

TEST(Heartbeats, GiveAPrimaryItsLease) {
  heart primary{first_id};
  heart follower{second_id};
  primary.board.lead(3, 5, steady_clock::now());
  follower.board.follow(3, 5, first_id.node, steady_clock::now());
  primary.thread->set_peers({{"127.0.0.1", follower.thread->port()}});
  EXPECT_TRUE(within_ten_seconds([&] { return primary.board.leased(3, {second_id}, steady_clock::now()); }));
  EXPECT_GT(primary.count("sent"), 0);
  EXPECT_GT(follower.count("heard"), 0);
  EXPECT_EQ(follower.count("ignored"), 0);
}

TEST(Heartbeats, IgnoreAndCountWhatIsNotTheirs) {
  heart node{first_id};
  heart stranger{second_id, "others"};
  stranger.thread->set_peers({{"127.0.0.1", node.thread->port()}});
  EXPECT_TRUE(within_ten_seconds([&] { return node.count("ignored") > 0; }));
  EXPECT_EQ(node.count("heard"), 0);
}

TEST(Heartbeats, IgnoreAndCountNodesThatAreNotKnown) {
  heart node{first_id};
  heart invented{{77, 1}};
  invented.thread->set_peers({{"127.0.0.1", node.thread->port()}});
  EXPECT_TRUE(within_ten_seconds([&] { return node.count("ignored") > 0; }));
  EXPECT_EQ(node.count("heard"), 0);
  EXPECT_FALSE(node.board.hears(77, steady_clock::now()));
}

TEST(Heartbeats, GoOnWhenAPeerIsGone) {
  heart node{first_id};
  heart living{second_id};
  std::uint16_t gone = 0;
  {
    const heart dead{{3, 30}};
    gone = dead.thread->port();
  }
  node.thread->set_peers({{"127.0.0.1", gone}, {"127.0.0.1", living.thread->port()}});
  EXPECT_TRUE(within_ten_seconds([&] { return living.count("heard") > 10; }));
}

TEST(Heartbeats, SayThatAPortIsInUseOrNotLoopback) {
  heart node{first_id};
  const auto open = [&](const std::string& address) {
    return heartbeats::open({.address = address,
                             .cluster_id = "",
                             .board = node.board,
                             .known = node.known,
                             .metrics = node.metrics});
  };
  EXPECT_EQ(open("127.0.0.1:" + std::to_string(node.thread->port())).error().code,
            runtime::fault_code::unavailable);
  EXPECT_EQ(open("0.0.0.0:0").error().code, runtime::fault_code::malformed);
}

} // namespace
} // namespace orderd::cluster
