// The links between nodes over real sockets of this machine, each node in an actor system of its own.
#include "cluster/peers/peers_actor.hpp"

#include "cluster/peers/messages.hpp"
#include "cluster/wire/socket.hpp"
#include "tests/support/far_node.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace orderd::cluster {
namespace {

/// A port at which connecting neither succeeds nor fails.
class dead_port {
public:
  dead_port() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* raw = reinterpret_cast<sockaddr*>(&at);
    runtime::require(::bind(door_.descriptor(), raw, size) == 0 && ::listen(door_.descriptor(), 0) == 0
                         && ::getsockname(door_.descriptor(), raw, &size) == 0,
                     "no port");
    port = ntohs(at.sin_port);
    // The queue of connections nobody accepts is full when one more cannot be made.
    for (bool full = false; !full;) {
      auto made = connect_socket({"127.0.0.1", port}, std::chrono::milliseconds{100});
      full = !made;
      if (made)
        waiting_.push_back(std::move(*made));
    }
  }

  std::uint16_t port = 0;

private:
  socket door_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::vector<socket> waiting_;
};

TEST(Peers, CarryMessagesInOrderToTheReplicaOfTheirShard) {
  far_node first{1};
  far_node second{2};
  first.know({{1, first.peers.port}, {2, second.peers.port}});
  second.know({{1, first.peers.port}, {2, second.peers.port}});
  ASSERT_TRUE(first.waits_for_link(2));
  ASSERT_TRUE(second.waits_for_link(1));
  std::map<std::uint32_t, std::vector<std::string>> expected;
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    expected[i % 2].push_back(std::to_string(i) + std::string(i * 7 % 5'000, 'x'));
    first.send(2, i % 2, expected[i % 2].back());
  }
  second.send(1, 1, "back");
  EXPECT_TRUE(second.told->wait_for(
      [](inbox& in) { return in.by_shard[0].size() == 1'000 && in.by_shard[1].size() == 1'000; }));
  EXPECT_EQ(second.told->by_shard, expected);
  EXPECT_TRUE(first.told->wait_for([](inbox& in) { return in.by_shard[1].size() == 1; }));
  EXPECT_EQ(first.metrics.messages.at("out", "2").Value(), 2'000);
  EXPECT_EQ(second.metrics.messages.at("in", "1").Value(), 2'000);
}

TEST(Peers, MakeALostLinkAgain) {
  far_node first{1};
  auto second = std::make_unique<far_node>(2);
  const auto port = second->peers.port;
  first.know({{2, port}});
  ASSERT_TRUE(first.waits_for_link(2));
  second.reset();
  ASSERT_TRUE(first.waits_for_link(2, false));
  first.send(2, 0, "to nobody");
  second = std::make_unique<far_node>(2, far_limits{.port = port});
  ASSERT_TRUE(first.waits_for_link(2));
  first.send(2, 0, "to the new one");
  ASSERT_TRUE(second->told->wait_for([](inbox& in) { return in.by_shard[0].size() == 1; }));
  EXPECT_EQ(second->told->by_shard[0][0], "to the new one");
  EXPECT_EQ(first.metrics.drops.at("2", "no_link").Value(), 1);
}

TEST(Peers, ForgetANodeThatIsNoLongerNamed) {
  far_node first{1};
  far_node second{2};
  first.know({{2, second.peers.port}});
  ASSERT_TRUE(first.waits_for_link(2));
  first.know({});
  EXPECT_TRUE(first.waits_for_link(2, false));
}

TEST(Peers, DropAndCountWhatDoesNotFitAndReadOnWhenReplicasTakeIt) {
  constexpr std::size_t message_bytes = 16u << 10;
  constexpr std::size_t untaken_max = 128u << 10;
  far_node first{1, {.unsent_bytes_max = 1u << 20}};
  far_node second{2, {.untaken_bytes_max = untaken_max}};
  second.told->takes = false;
  first.know({{2, second.peers.port}});
  ASSERT_TRUE(first.waits_for_link(2));
  auto& drops = first.metrics.drops.at("2", "full");
  const auto payload = [](std::size_t number) {
    auto text = std::to_string(number);
    return std::string(10 - text.size(), '0') + text + std::string(message_bytes, 'x');
  };
  for (std::size_t number = 0; number < 2'000; ++number) // more than the sockets hold
    first.send(2, 0, payload(number));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (drops.Value() == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  ASSERT_GT(drops.Value(), 0);
  ASSERT_TRUE(second.told->wait_for([](inbox& in) { return in.untaken > untaken_max; }));
  std::size_t untaken = 0;
  second.told->note([&](inbox& in) {
    untaken = in.untaken;
    in.takes = true;
  });
  EXPECT_LE(untaken, untaken_max + (256u << 10) + message_bytes + 10);
  caf::anon_send(second.peers.actor, peer_taken{1, limits::peer_unsent_bytes_max});
  // Messages go through again, the first of them when there is room.
  EXPECT_TRUE(second.told->wait_for([&](inbox& in) {
    first.send(2, 1, "news");
    return !in.by_shard[1].empty();
  }));
  const auto& came = second.told->by_shard[0];
  EXPECT_TRUE(std::is_sorted(came.begin(), came.end()));
}

TEST(Peers, AreNotDelayedByADeadHost) {
  // Node 2 is being connected to for longer than this test waits for anything: what comes, comes before that.
  auto dead = std::make_unique<dead_port>();
  far_node first{1, {.timeouts = {.connect = std::chrono::hours{1}}}};
  far_node second{3};
  first.know({{2, dead->port}, {3, second.peers.port}});
  ASSERT_TRUE(first.waits_for_link(3));
  first.send(3, 0, "hello");
  EXPECT_TRUE(second.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 1; }));
  EXPECT_FALSE(first.told->up.contains(2));
  dead.reset(); // the connecting ends, and with it the thread of its own
}

TEST(Peers, ListenNowhereElse) {
  peers_config config;
  caf::actor_system system{config};
  cluster_metrics metrics;
  const known_nodes known{1};
  const auto made = spawn_peers(
      system, {.address = "0.0.0.0:0", .own = {"orders", {1, 1}}, .known = known, .metrics = metrics});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, runtime::fault_code::malformed);
}

} // namespace
} // namespace orderd::cluster
