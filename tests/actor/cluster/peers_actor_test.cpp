// The links between nodes over real sockets of this machine, each node in an actor system of its own.
#include "cluster/peers_actor.hpp"

#include "cluster/gateway.hpp"
#include "cluster/messages.hpp"
#include "cluster/peer.pb.h"
#include "tests/support/loopback.hpp"
#include "tests/support/wire.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <netinet/in.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace orderd::cluster {
namespace {

using testing::errors_of;
using testing::raw_client;

struct peers_config : caf::actor_system_config {
  peers_config() {
    init_node_types();
    load<caf::io::middleman>();
    set("caf.scheduler.max-threads", 1);
  }
};

/// What the seats of a node were told.
class inbox {
public:
  template <class Change>
  void note(Change&& change) {
    const std::lock_guard lock{mutex_};
    change(*this);
    changed_.notify_all();
  }

  /// Whether it holds within ten seconds.
  template <class Condition>
  bool wait_for(Condition&& holds) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return holds(*this); });
  }

  std::map<std::uint32_t, std::vector<std::string>> by_shard;
  std::map<std::uint32_t, bool> up; ///< by node
  std::size_t untaken = 0;          ///< bytes
  std::atomic<bool> takes{true};    ///< gives credit back

private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

caf::behavior seat(caf::event_based_actor* self, std::uint32_t shard, std::shared_ptr<inbox> told) {
  return {
      [=](const peer_received& what) {
        told->note([&](inbox& in) {
          in.by_shard[shard].push_back(*what.bytes);
          in.untaken += what.bytes->size();
        });
        if (told->takes)
          self->send(caf::actor_cast<caf::actor>(self->current_sender()),
                     peer_taken{what.from_node, what.bytes->size()});
      },
      [=](const link_up& what) { told->note([&](inbox& in) { in.up[what.node] = true; }); },
      [=](const link_down& what) { told->note([&](inbox& in) { in.up[what.node] = false; }); },
  };
}

class far_node {
public:
  explicit far_node(std::uint32_t node, std::uint16_t port = 0,
                    std::size_t unsent_bytes_max = limits::peer_unsent_bytes_max,
                    std::size_t untaken_bytes_max = limits::peer_untaken_bytes_max) {
    auto made = spawn_peers(system_, {.address = "127.0.0.1:" + std::to_string(port),
                                      .own = {"orders", {node, 1}},
                                      .shards = 2,
                                      .numbers = numbers,
                                      .unsent_bytes_max = unsent_bytes_max,
                                      .untaken_bytes_max = untaken_bytes_max});
    runtime::require(static_cast<bool>(made), "a node could not listen");
    peers = *made;
    caf::anon_send(peers.actor, peers_know{{system_.spawn(seat, 0u, told), system_.spawn(seat, 1u, told)}});
  }
  ~far_node() { caf::anon_send_exit(peers.actor, caf::exit_reason::user_shutdown); }
  far_node(const far_node&) = delete;
  far_node& operator=(const far_node&) = delete;

  void know(std::map<std::uint32_t, std::uint16_t> ports) {
    peer_endpoints known;
    for (const auto& [node, port] : ports)
      known.nodes[node] = "127.0.0.1:" + std::to_string(port);
    caf::anon_send(peers.actor, std::move(known));
  }

  void send(std::uint32_t node, std::uint32_t shard, std::string text) {
    caf::anon_send(peers.actor, peer_send{node, std::make_shared<const std::string>(std::move(text)), shard});
  }

  bool waits_for_link(std::uint32_t node, bool up = true) {
    return told->wait_for([&](inbox& in) { return in.up.contains(node) && in.up[node] == up; });
  }

  cluster_metrics numbers;
  std::shared_ptr<inbox> told = std::make_shared<inbox>();

private:
  peers_config config_;
  caf::actor_system system_{config_};

public:
  peers_handle peers;
};

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
                     "no door");
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

TEST(Peers, CarryMessagesInOrderToTheSeatOfTheirShard) {
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
  EXPECT_EQ(first.numbers.messages.at("out", "2").Value(), 2'000);
  EXPECT_EQ(second.numbers.messages.at("in", "1").Value(), 2'000);
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
  second = std::make_unique<far_node>(2, port);
  ASSERT_TRUE(first.waits_for_link(2));
  first.send(2, 0, "to the new one");
  ASSERT_TRUE(second->told->wait_for([](inbox& in) { return in.by_shard[0].size() == 1; }));
  EXPECT_EQ(second->told->by_shard[0][0], "to the new one");
  EXPECT_EQ(first.numbers.drops.at("2", "no_link").Value(), 1);
}

TEST(Peers, ForgetANodeThatIsNoLongerNamed) {
  far_node first{1};
  far_node second{2};
  first.know({{2, second.peers.port}});
  ASSERT_TRUE(first.waits_for_link(2));
  first.know({});
  EXPECT_TRUE(first.waits_for_link(2, false));
}

TEST(Peers, DropAndCountWhatDoesNotFitAndReadOnWhenSeatsTakeIt) {
  constexpr std::size_t message_bytes = 16u << 10;
  constexpr std::size_t untaken_max = 128u << 10;
  far_node first{1, 0, 1u << 20};
  far_node second{2, 0, limits::peer_unsent_bytes_max, untaken_max};
  second.told->takes = false;
  first.know({{2, second.peers.port}});
  ASSERT_TRUE(first.waits_for_link(2));
  auto& drops = first.numbers.drops.at("2", "full");
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

TEST(Peers, TellStrangersWhyTheyAreClosed) {
  far_node node{1};
  peer::v1::hello other;
  other.set_protocol_version(protocol_version);
  other.set_cluster_id("others");
  for (const auto& bytes : {std::string{"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"}, testing::hello_bytes(),
                            testing::frame_bytes(frame_type::peer_hello, 0, other.SerializeAsString())}) {
    raw_client stranger{node.peers.port};
    stranger.send(bytes);
    EXPECT_EQ(errors_of(stranger.read_to_end()).size(), 1u);
  }
  raw_client silent{node.peers.port};
  EXPECT_EQ(errors_of(silent.read_to_end()).size(), 1u);
}

TEST(Peers, AreNotDelayedByADeadHost) {
  const dead_port dead;
  far_node first{1};
  far_node second{3};
  const auto begun = std::chrono::steady_clock::now();
  first.know({{2, dead.port}, {3, second.peers.port}});
  ASSERT_TRUE(first.waits_for_link(3));
  first.send(3, 0, "hello");
  EXPECT_TRUE(second.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 1; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begun,
            std::chrono::milliseconds{1'900}); // a connect takes 2 s
  EXPECT_FALSE(first.told->up.contains(2));
}

TEST(Peers, ListenNowhereElse) {
  peers_config config;
  caf::actor_system system{config};
  cluster_metrics numbers;
  const auto made =
      spawn_peers(system, {.address = "0.0.0.0:0", .own = {"orders", {1, 1}}, .numbers = numbers});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, runtime::fault_code::malformed);
}

} // namespace
} // namespace orderd::cluster
