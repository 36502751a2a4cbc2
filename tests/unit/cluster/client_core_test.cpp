#include "cluster/client_core.hpp"

#include "config/limits.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using testing::an_order;
using testing::frames_of;
using testing::replies_bytes;
using testing::server_hello;

/// One request as the server sees it.
struct seen_request {
  std::uint64_t id = 0;
  v1::request what;
};

v1::reply confirmed(std::uint64_t id) {
  v1::reply made;
  made.set_request_id(id);
  made.mutable_placement()->set_status(v1::CONFIRMED);
  return made;
}

v1::reply refused(std::uint64_t id, v1::fault::kind code, std::uint32_t retry_after_ms = 0) {
  v1::reply made;
  made.set_request_id(id);
  made.mutable_fault()->set_code(code);
  made.mutable_fault()->set_retry_after_ms(retry_after_ms);
  return made;
}

class ClientCoreTest : public ::testing::Test {
protected:
  void connect(const std::string& hello = server_hello()) {
    core.connecting();
    core.connected();
    written(); // our HELLO
    ASSERT_TRUE(core.receive(hello, now));
  }

  void submit(std::uint64_t tag, std::uint32_t timeout_ms = 0) {
    auto request = an_order(static_cast<std::uint8_t>(tag));
    request.set_timeout_ms(timeout_ms);
    core.submit(tag % 3, tag, std::make_shared<const v1::request>(request), now);
  }

  std::string written(std::size_t bytes_max = 1u << 30) {
    std::string out;
    core.write(out, bytes_max, now);
    return out;
  }

  /// The requests that go out now.
  std::vector<seen_request> sent(std::size_t bytes_max = 1u << 30) {
    std::vector<seen_request> found;
    for (const auto& frame : frames_of(written(bytes_max))) {
      EXPECT_EQ(frame.type, frame_type::requests);
      v1::request_batch batch;
      EXPECT_TRUE(batch.ParseFromString(frame.payload));
      for (int i = 0; i < batch.requests_size(); ++i)
        found.push_back({frame.id + static_cast<std::uint64_t>(i), batch.requests(i)});
    }
    return found;
  }

  void pass(std::chrono::milliseconds time) {
    now += time;
    core.advance(now);
  }

  void receive(const std::vector<v1::reply>& replies) {
    ASSERT_TRUE(core.receive(replies_bytes(replies), now));
  }

  client_core::time_point now{1h};
  client_core core{{.version = "test"}, now};
};

TEST_F(ClientCoreTest, IntroducesItselfFirst) {
  EXPECT_EQ(core.connect_at(), now);
  core.connecting();
  EXPECT_FALSE(core.connect_at());
  core.connected();
  submit(1);
  const auto frames = frames_of(written());
  ASSERT_EQ(frames.size(), 1u); // requests wait for the server's HELLO
  EXPECT_EQ(frames[0].type, frame_type::hello);
  v1::hello hello;
  ASSERT_TRUE(hello.ParseFromString(frames[0].payload));
  EXPECT_EQ(hello.protocol_version(), 1u);
  EXPECT_FALSE(core.connection().connected);
  ASSERT_TRUE(core.receive(server_hello(), now));
  EXPECT_TRUE(core.connection().connected);
  EXPECT_EQ(core.connection().shards, 4u);
  EXPECT_EQ(core.connection().server_version, "9.9");
  EXPECT_EQ(sent().size(), 1u);
}

TEST_F(ClientCoreTest, PutsAllThatIsPendingIntoOneFrame) {
  connect();
  for (std::uint64_t tag = 0; tag < 100; ++tag)
    submit(tag);
  const auto frames = frames_of(written());
  ASSERT_EQ(frames.size(), 1u);
  v1::request_batch batch;
  ASSERT_TRUE(batch.ParseFromString(frames[0].payload));
  EXPECT_EQ(batch.requests_size(), 100);
  EXPECT_EQ(written(), "");
}

TEST_F(ClientCoreTest, GivesEachAnswerToItsCaller) {
  connect();
  for (std::uint64_t tag = 10; tag < 13; ++tag)
    submit(tag);
  const auto out = sent();
  ASSERT_EQ(out.size(), 3u);
  receive({confirmed(out[2].id), confirmed(out[0].id), confirmed(out[0].id), confirmed(99'999)});
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].tag, 12u);
  EXPECT_EQ(answers[0].caller, 0u);
  EXPECT_EQ(answers[1].tag, 10u);
  EXPECT_EQ(answers[1].caller, 1u);
  EXPECT_EQ(answers[1].what->placement().status(), v1::CONFIRMED);
  EXPECT_EQ(core.unanswered(), 1u);
}

TEST_F(ClientCoreTest, NeverPassesTheCreditWindow) {
  connect(server_hello(5));
  for (std::uint64_t tag = 0; tag < 12; ++tag)
    submit(tag);
  auto out = sent();
  EXPECT_EQ(out.size(), 5u);
  EXPECT_TRUE(sent().empty());
  receive({confirmed(out[1].id), confirmed(out[3].id)});
  EXPECT_EQ(sent().size(), 2u);
}

TEST_F(ClientCoreTest, NeverPassesTheCreditWindowInBytes) {
  connect(server_hello(8192, 300));
  for (std::uint64_t tag = 0; tag < 12; ++tag)
    submit(tag);
  const auto bytes = written();
  EXPECT_LE(bytes.size(), 300 + frame_header_bytes);
  EXPECT_GT(bytes.size(), 150u);
}

TEST_F(ClientCoreTest, NeverPassesTheLimitsOfAFrame) {
  connect(server_hello(8192, 16u << 20, 500));
  for (std::uint64_t tag = 0; tag < 50; ++tag)
    submit(tag);
  std::size_t requests = 0;
  for (const auto& frame : frames_of(written())) {
    EXPECT_LE(frame.payload.size(), 500u);
    v1::request_batch batch;
    ASSERT_TRUE(batch.ParseFromString(frame.payload));
    requests += static_cast<std::size_t>(batch.requests_size());
  }
  EXPECT_EQ(requests, 50u);
}

TEST_F(ClientCoreTest, RefusesItselfWhatNoFrameCanHold) {
  connect(server_hello(8192, 16u << 20, 80));
  submit(1);
  auto large = an_order(2);
  large.mutable_place_order()->set_reference(std::string(100, 'r'));
  core.submit(0, 2, std::make_shared<const v1::request>(large), now);
  submit(3);
  EXPECT_EQ(sent().size(), 2u);
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].tag, 2u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::TOO_LARGE);
}

TEST_F(ClientCoreTest, StopsEncodingAtTheBytesItIsGiven) {
  connect();
  for (std::uint64_t tag = 0; tag < 100; ++tag)
    submit(tag);
  const auto first = sent(1000);
  EXPECT_LT(first.size(), 30u);
  EXPECT_EQ(sent().size(), 100 - first.size());
}

TEST_F(ClientCoreTest, TellsTheServerTheTimeThatIsLeft) {
  connect();
  submit(1, 1000);
  submit(2);
  now += 400ms;
  const auto out = sent();
  EXPECT_EQ(out.at(0).what.timeout_ms(), 600u);
  EXPECT_EQ(out.at(1).what.timeout_ms(), 29'600u);
}

TEST_F(ClientCoreTest, AnswersAtTheDeadlineWhereverTheRequestIs) {
  connect(server_hello(2));
  submit(1, 500); // in flight
  submit(2, 500); // waiting to be sent again
  submit(3, 500); // pending
  const auto out = sent();
  ASSERT_EQ(out.size(), 2u);
  receive({refused(out[1].id, v1::fault::OVERLOADED, 400)});
  EXPECT_EQ(sent().size(), 1u);
  submit(4, 500);
  EXPECT_EQ(sent().size(), 0u);
  pass(499ms);
  EXPECT_TRUE(core.take_answers().empty());
  EXPECT_EQ(core.wake_at(), now + 1ms);
  pass(1ms);
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 4u);
  for (const auto& one : answers)
    EXPECT_EQ(one.what->fault().code(), v1::fault::TIMEOUT);
  EXPECT_EQ(core.unanswered(), 0u);
}

TEST_F(ClientCoreTest, HoldsTheCreditOfATimedOutRequestUntilTheServerAnswers) {
  connect(server_hello(1));
  submit(1, 500);
  const auto out = sent();
  pass(500ms);
  EXPECT_EQ(core.take_answers().size(), 1u);
  submit(2);
  EXPECT_TRUE(sent().empty());
  receive({confirmed(out[0].id)});
  EXPECT_TRUE(core.take_answers().empty());
  EXPECT_EQ(sent().size(), 1u);
}

TEST_F(ClientCoreTest, SendsARefusedRequestAgainAfterTheTimeItNames) {
  connect();
  submit(1);
  const auto out = sent();
  receive({refused(out[0].id, v1::fault::OVERLOADED, 250)});
  EXPECT_TRUE(core.take_answers().empty());
  pass(249ms);
  EXPECT_TRUE(sent().empty());
  pass(1ms);
  const auto again = sent();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].what.place_order().order_id(), out[0].what.place_order().order_id());
  EXPECT_NE(again[0].id, out[0].id);
  receive({confirmed(again[0].id)});
  EXPECT_EQ(core.take_answers().size(), 1u);
}

TEST_F(ClientCoreTest, WaitsLongerWithEachRefusal) {
  connect();
  submit(1);
  auto waited = 0ms;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto out = sent();
    ASSERT_EQ(out.size(), 1u);
    receive({refused(out[0].id, v1::fault::UNAVAILABLE)});
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*core.wake_at() - now);
    EXPECT_GT(wait, waited);
    waited = wait;
    pass(wait);
  }
}

TEST_F(ClientCoreTest, PassesARefusalOnWhenThereIsNoTimeForAnother) {
  connect();
  submit(1, 200);
  const auto out = sent();
  receive({refused(out[0].id, v1::fault::OVERLOADED, 300)});
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::OVERLOADED);
}

TEST_F(ClientCoreTest, PassesOtherFaultsOn) {
  connect();
  for (auto code : {v1::fault::TIMEOUT, v1::fault::STORAGE_FULL, v1::fault::QUARANTINED, v1::fault::CORRUPT,
                    v1::fault::MALFORMED, v1::fault::TOO_LARGE, v1::fault::INTERNAL}) {
    submit(1);
    receive({refused(sent().at(0).id, code)});
    const auto answers = core.take_answers();
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].what->fault().code(), code);
  }
}

TEST_F(ClientCoreTest, PassesRefusalsOnWhenToldTo) {
  client_core plain{{.retry_refused = false, .version = "test"}, now};
  plain.connecting();
  plain.connected();
  std::string out;
  plain.submit(1, 2, std::make_shared<const v1::request>(an_order()), now);
  ASSERT_TRUE(plain.receive(server_hello(), now));
  plain.write(out, 1u << 20, now);
  const auto id = frames_of(out).back().id;
  ASSERT_TRUE(plain.receive(replies_bytes({refused(id, v1::fault::OVERLOADED, 10)}), now));
  EXPECT_EQ(plain.take_answers().size(), 1u);
}

TEST_F(ClientCoreTest, SendsWhatWasUnderWayAgainOnTheNextConnection) {
  connect();
  submit(1);
  submit(2);
  submit(3);
  auto first = sent();
  receive({confirmed(first.at(0).id)});
  submit(4);
  core.disconnected("reset by peer", now);
  EXPECT_FALSE(core.connection().connected);
  EXPECT_EQ(core.connection().last_error, "reset by peer");
  EXPECT_TRUE(sent().empty());
  connect();
  const auto again = sent();
  ASSERT_EQ(again.size(), 3u);
  for (std::uint8_t i = 0; i < 3; ++i)
    EXPECT_EQ(again[i].what.place_order().order_id(), an_order(i + 2).place_order().order_id());
}

TEST_F(ClientCoreTest, WaitsLongerWithEachFailedConnectionAndForgetsThatOnceConnected) {
  auto waited = 0ms;
  for (int attempt = 0; attempt < 6; ++attempt) {
    core.connecting();
    core.disconnected("refused", now);
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*core.connect_at() - now);
    EXPECT_GT(wait, waited);
    EXPECT_LE(wait, 2s);
    waited = wait;
    now = *core.connect_at();
  }
  connect();
  core.disconnected("reset", now);
  EXPECT_LT(*core.connect_at() - now, 100ms);
}

TEST_F(ClientCoreTest, GivesAConnectionUpWhoseServerIsNotToBeTrusted) {
  v1::fault why;
  why.set_message("the node is stopping");
  const std::string rows[] = {
      "HTTP/1.1 400 Bad Request\r\n",
      testing::frame_bytes(frame_type::replies, 0, ""),
      testing::frame_bytes(frame_type::hello, 0, "\xff"),
      testing::frame_bytes(frame_type::hello, 0, ""),
      testing::frame_bytes(frame_type::requests, 0, ""),
      server_hello() + testing::frame_bytes(frame_type::replies, 0, "\xff"),
      server_hello() + testing::frame_bytes(frame_type::error, 0, why.SerializeAsString()),
  };
  for (const auto& bytes : rows) {
    client_core fresh{{}, now};
    fresh.connecting();
    fresh.connected();
    EXPECT_FALSE(fresh.receive(bytes, now));
  }
}

TEST_F(ClientCoreTest, KeepsItsPlaceWithALongRunnerInFlight) {
  connect(server_hello(4));
  submit(1);
  const auto long_runner = sent().at(0).id;
  std::size_t answered = 0;
  for (int round = 0; round < 100; ++round) {
    for (std::uint64_t tag = 10; tag < 13; ++tag)
      submit(tag);
    for (const auto& one : sent()) {
      EXPECT_NE(one.id, long_runner);
      receive({confirmed(one.id)});
    }
    answered += core.take_answers().size();
  }
  EXPECT_EQ(answered, 300u);
  receive({confirmed(long_runner)});
  EXPECT_EQ(core.take_answers().size(), 1u);
}

TEST_F(ClientCoreTest, AnswersEverybodyWhenItStops) {
  connect(server_hello(1));
  submit(1);
  submit(2);
  sent();
  core.stop();
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::UNAVAILABLE);
}

} // namespace
} // namespace orderd::cluster
