#include "cluster/peers/peer_talk.hpp"

#include "cluster/replication/peer.pb.h"
#include "cluster/wire/reconnect_pause.hpp"
#include "config/limits.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using testing::errors_of;
using testing::frame_bytes;

std::string hello(const std::string& cluster, std::uint32_t node, std::uint32_t version = 1,
                  std::uint64_t incarnation = 20) {
  peer::v1::hello what;
  what.set_protocol_version(version);
  what.set_cluster_id(cluster);
  what.set_node(node);
  what.set_incarnation(incarnation);
  return frame_bytes(frame_type::peer_hello, 0, what.SerializeAsString());
}

/// What node `self` knows: nodes 1 and 2, both with disk 20.
std::unique_ptr<known_nodes> knowing(std::uint32_t self) {
  auto out = std::make_unique<known_nodes>(self);
  out->know({{1, 20}, {2, 20}});
  return out;
}

class PeerTalk : public ::testing::Test {
protected:
  void receive(peer_talk& by, std::string_view bytes) {
    by.receive(bytes, now, [&](std::uint32_t shard, std::string_view payload) {
      seen.push_back(std::to_string(shard) + ":" + std::string{payload});
    });
  }

  const steady_time now{1h};
  const peer_identity first{"orders", {1, 20}};
  const peer_identity second{"orders", {2, 20}};
  const std::unique_ptr<known_nodes> of_first = knowing(1);
  const std::unique_ptr<known_nodes> of_second = knowing(2);
  peer_talk caller{first, *of_first, 4, 2, now};
  peer_talk called{second, *of_second, 4, now};
  std::vector<std::string> seen;
};

TEST_F(PeerTalk, IntroducesBothAndCarriesMessages) {
  EXPECT_EQ(called.take_output(), "");
  receive(called, caller.take_output());
  EXPECT_EQ(called.other(), (replica_id{1, 20}));
  receive(caller, called.take_output());
  EXPECT_EQ(caller.other(), (replica_id{2, 20}));
  receive(called,
          frame_bytes(frame_type::peer_message, 3, "a") + frame_bytes(frame_type::peer_message, 0, "b"));
  EXPECT_EQ(seen, (std::vector<std::string>{"3:a", "0:b"}));
  EXPECT_FALSE(called.finished() || caller.finished());
}

TEST_F(PeerTalk, SaysWhyItRefuses) {
  const auto good = hello("orders", 1);
  const struct {
    const char* what;
    std::string bytes;
    v1::fault::kind expected;
  } table[] = {
      {"another cluster", hello("others", 1), v1::fault::UNAVAILABLE},
      {"another version", hello("orders", 1, 2), v1::fault::UNSUPPORTED_VERSION},
      {"its own number", hello("orders", 2), v1::fault::UNAVAILABLE},
      {"a node that nobody knows", hello("orders", 3), v1::fault::UNAVAILABLE},
      {"a disk that was replaced", hello("orders", 1, 1, 9), v1::fault::UNAVAILABLE},
      {"HELLO of a client", testing::hello_bytes(), v1::fault::MALFORMED},
      {"HELLO that is none", frame_bytes(frame_type::peer_hello, 0, "\xff"), v1::fault::MALFORMED},
      {"a message first", frame_bytes(frame_type::peer_message, 0, ""), v1::fault::MALFORMED},
      {"a first frame above 4 KiB", frame_bytes(frame_type::peer_hello, 0, std::string(4081, 'x')),
       v1::fault::TOO_LARGE},
      {"HELLO again", good + good, v1::fault::MALFORMED},
      {"no shard", good + frame_bytes(frame_type::peer_message, 4, ""), v1::fault::MALFORMED},
      {"a shard above 32 bits", good + frame_bytes(frame_type::peer_message, 1ull << 32, ""),
       v1::fault::MALFORMED},
      {"another protocol", "GET / HTTP/1.1\r\n", v1::fault::UNSUPPORTED_VERSION},
  };
  for (const auto& row : table) {
    peer_talk talk{second, *of_second, 4, now};
    receive(talk, row.bytes + frame_bytes(frame_type::peer_message, 1, "late"));
    EXPECT_TRUE(talk.finished()) << row.what;
    const auto errors = errors_of(talk.take_output());
    ASSERT_EQ(errors.size(), 1u) << row.what;
    EXPECT_EQ(errors[0].code(), row.expected) << row.what;
  }
  EXPECT_TRUE(seen.empty());
}

TEST_F(PeerTalk, RefusesAFrameAboveItsLimitBeforeItArrives) {
  receive(called, hello("orders", 1));
  std::string header;
  write_header(header, {limits::peer_frame_bytes_max + 1, frame_type::peer_message, 0});
  receive(called, header);
  EXPECT_EQ(called.reason().code, runtime::fault_code::too_large);
}

TEST_F(PeerTalk, CallsNobodyElse) {
  receive(caller, hello("orders", 3));
  EXPECT_TRUE(caller.finished());
  peer_talk again{first, *of_first, 4, 2, now};
  receive(again, hello("orders", 2) + frame_bytes(frame_type::peer_message, 0, "a"));
  EXPECT_TRUE(again.finished());
  EXPECT_TRUE(seen.empty());
}

TEST_F(PeerTalk, EndsWhenTheOtherIsNotKnownAnyMore) {
  called.check_known();
  receive(called, caller.take_output());
  called.check_known();
  EXPECT_FALSE(called.finished());
  of_second->know({{1, 21}, {2, 20}});
  called.check_known();
  EXPECT_EQ(called.reason().code, runtime::fault_code::unavailable);
}

TEST_F(PeerTalk, AnswersNoErrorWithAnError) {
  caller.take_output();
  std::string refusal;
  write_error(refusal, 0, {runtime::fault_code::unavailable, "another cluster"});
  receive(caller, refusal);
  EXPECT_EQ(caller.reason().message, "the other node says: another cluster");
  EXPECT_EQ(caller.take_output(), "");
}

TEST_F(PeerTalk, WaitsTwoSecondsForHelloAndThirtyForAFrame) {
  called.check_time(now + 2s, true);
  EXPECT_FALSE(called.finished());
  peer_talk silent{second, *of_second, 4, now};
  silent.check_time(now + 2001ms, true);
  EXPECT_EQ(silent.reason().code, runtime::fault_code::timeout);
  receive(called, hello("orders", 1) + frame_bytes(frame_type::peer_message, 0, "abc").substr(0, 17));
  called.check_time(now + 1h, false); // it is not read: not the other node's fault
  called.check_time(now + 1h + 30s, true);
  EXPECT_FALSE(called.finished());
  called.check_time(now + 1h + 30'001ms, true);
  EXPECT_EQ(called.reason().code, runtime::fault_code::timeout);
}

TEST(Backoff, DoublesUpToASecondAndBeginsAnew) {
  reconnect_pause pause;
  steady_time now{1h};
  EXPECT_TRUE(pause.due(now));
  for (const auto wait : {20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1000ms, 1000ms}) {
    pause.failed(now);
    EXPECT_FALSE(pause.due(now + wait - 1ms));
    now += wait;
    EXPECT_TRUE(pause.due(now));
  }
  pause.succeeded();
  pause.failed(now);
  EXPECT_TRUE(pause.due(now + 20ms));
}

} // namespace
} // namespace orderd::cluster
