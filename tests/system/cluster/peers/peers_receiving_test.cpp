// What a node takes of others, over real sockets of this machine: from whom, in which order, and how much.
#include "cluster/peers/peers_links.hpp"
#include "cluster/replication/peer.pb.h"
#include "tests/support/far_node.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {
namespace {

using testing::errors_of;
using testing::raw_client;

/// A connection to `node` that says it is from node 2, and is told that it is heard.
class false_peer {
public:
  explicit false_peer(const far_node& node, std::uint32_t number = 2, std::uint64_t incarnation = 1)
      : client_(node.peers.port) {
    peer::v1::hello hello;
    hello.set_protocol_version(protocol_version);
    hello.set_cluster_id("orders");
    hello.set_node(number);
    hello.set_incarnation(incarnation);
    client_.send(testing::frame_bytes(frame_type::peer_hello, 0, hello.SerializeAsString()));
  }
  bool is_heard() {
    const auto answered = [](std::string_view all) {
      return testing::has_frames(all, frame_type::peer_hello, 1);
    };
    return answered(client_.read_until(answered));
  }
  void says(const std::string& text) {
    client_.send(testing::frame_bytes(frame_type::peer_message, 0, text));
  }
  raw_client& client() { return client_; }

private:
  raw_client client_;
};

TEST(PeersReceiving, KeepALivingLinkWhateverSaysItsNumber) {
  far_node node{1};
  auto living = std::make_unique<false_peer>(node);
  ASSERT_TRUE(living->is_heard());
  living->says("first");
  ASSERT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 1; }));
  false_peer newer{node};
  ASSERT_TRUE(newer.is_heard());
  newer.says("of the newer one");
  living->says("second");
  ASSERT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 2; }));
  living->says("third"); // under way when it ends: still before what the newer one said
  living.reset();
  ASSERT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 4; }));
  EXPECT_EQ(node.told->by_shard[0],
            (std::vector<std::string>{"first", "second", "third", "of the newer one"}));
}

TEST(PeersReceiving, LetFewConnectionsOfANodeWait) {
  far_node node{1};
  false_peer living{node};
  ASSERT_TRUE(living.is_heard());
  std::vector<std::unique_ptr<false_peer>> waiting;
  for (std::size_t i = 0; i < limits::peer_connections_waiting_max; ++i) {
    waiting.push_back(std::make_unique<false_peer>(node));
    ASSERT_TRUE(waiting.back()->is_heard());
  }
  false_peer one_more{node};
  const auto errors = errors_of(one_more.client().read_to_end());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::OVERLOADED);
  // A connection that waits is not read: its end is seen once the one before it has ended.
  living.client().end();
  for (const auto& each : waiting)
    each->client().end();
}

TEST(PeersReceiving, HearANodeHoweverManySilentConnectionsThereAre) {
  far_node node{1};
  std::vector<std::unique_ptr<raw_client>> silent;
  for (std::size_t i = 0; i < limits::peer_connections_max + 10; ++i)
    silent.push_back(std::make_unique<raw_client>(node.peers.port));
  const auto errors = errors_of(silent.front()->read_to_end());
  ASSERT_EQ(errors.size(), 1u) << "the first goes first";
  EXPECT_EQ(errors[0].code(), v1::fault::OVERLOADED);
  false_peer two{node};
  EXPECT_TRUE(two.is_heard());
  two.says("anything");
  EXPECT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 1; }));
}

TEST(PeersReceiving, SpeakWithKnownNodesOnlyAndShowNoOthers) {
  far_node node{1};
  const auto shown = node.series();
  std::vector<std::unique_ptr<false_peer>> strangers; // all at once: each is kept a moment to read why
  for (std::uint32_t number = 100; number < 120; ++number) {
    strangers.push_back(std::make_unique<false_peer>(node, number));
    strangers.back()->says("anything");
  }
  for (const auto& each : strangers)
    EXPECT_EQ(errors_of(each->client().read_to_end()).size(), 1u);
  EXPECT_EQ(node.series(), shown);
  EXPECT_TRUE(node.told->by_shard.empty());
}

TEST(PeersReceiving, ForgetANodeThatLeavesAndADiskThatIsReplaced) {
  far_node node{1};
  false_peer two{node};
  false_peer three{node, 3};
  ASSERT_TRUE(two.is_heard() && three.is_heard());
  two.says("a");
  three.says("b");
  ASSERT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 2; }));
  node.known.know({{3, 2}});
  EXPECT_EQ(errors_of(two.client().read_to_end()).size(), 1u);
  EXPECT_EQ(errors_of(three.client().read_to_end()).size(), 1u);
}

TEST(PeersReceiving, ReadNobodyWithUntakenBytesAboveWhatAllMayHave) {
  constexpr std::size_t total_max = 64u << 10;
  far_node node{1, {.untaken_total_max = total_max}};
  node.told->takes = false;
  false_peer two{node};
  false_peer three{node, 3};
  ASSERT_TRUE(two.is_heard() && three.is_heard());
  two.says(std::string(total_max + 1, 'x'));
  ASSERT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 1; }));
  three.says("one may come of each");
  ASSERT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 2; }));
  three.says("no more");
  two.says("nor of this one");
  EXPECT_EQ(node.told->by_shard[0].size(), 2u);
  const auto shown = [&] { return node.metrics.in_flight.at("received").Value(); };
  EXPECT_TRUE(test::wait_until([&] { return shown() > total_max + 1; })) << shown();
  EXPECT_EQ(node.metrics.in_flight_max.at("received").Value(), total_max);
  caf::anon_send(node.peers.actor, peer_taken{2, total_max + 1});
  EXPECT_TRUE(node.told->wait_for([](inbox& in) { return in.by_shard[0].size() == 4; }));
}

TEST(PeersReceiving, TellStrangersWhyTheyAreClosed) {
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
}

TEST(PeersReceiving, CloseAConnectionThatNeverIntroducesItself) {
  far_node node{
      1, {.timeouts = {.hello = std::chrono::milliseconds{50}, .parting = std::chrono::milliseconds{100}}}};
  raw_client silent{node.peers.port};
  const auto errors = errors_of(silent.read_to_end());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message(), "no PEER_HELLO within 50 ms");
}

} // namespace
} // namespace orderd::cluster
