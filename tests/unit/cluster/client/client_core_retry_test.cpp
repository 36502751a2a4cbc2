// How the client goes on when the node refuses, or the connection breaks.
#include "cluster/client/client_core.hpp"

#include "tests/support/client_core.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using testing::an_order;
using testing::confirmed;
using testing::frames_of;
using testing::refused;
using testing::replies_bytes;
using testing::server_hello;

class ClientCoreRetryTest : public testing::client_core_test {};

TEST_F(ClientCoreRetryTest, IntroducesItselfFirst) {
  EXPECT_EQ(core.connect_at(), now);
  core.connecting();
  EXPECT_FALSE(core.connect_at());
  core.connected(now);
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

TEST_F(ClientCoreRetryTest, SendsARefusedRequestAgainAfterTheTimeItNames) {
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

TEST_F(ClientCoreRetryTest, WaitsLongerWithEachRefusal) {
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

/// Nobody began it, and for so long nobody will.
TEST_F(ClientCoreRetryTest, HasNoMorePatienceThanItIsGivenWithAShardThatIsUnavailable) {
  client_core::options chosen;
  chosen.patience = 800ms;
  core = client_core{chosen, now};
  connect();
  submit(1);
  const auto began = now;
  auto answers = core.take_answers();
  for (int tries = 0; answers.empty() && tries < 100; ++tries) {
    receive({refused(sent().at(0).id, v1::fault::UNAVAILABLE, 50)});
    answers = core.take_answers();
    if (answers.empty())
      pass(std::chrono::duration_cast<std::chrono::milliseconds>(*core.wake_at() - now));
  }
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::UNAVAILABLE);
  EXPECT_LE(now - began, 800ms);
  EXPECT_GT(now - began, 400ms);
  EXPECT_TRUE(core.take_unavailable());
  EXPECT_FALSE(core.take_unavailable());
}

TEST_F(ClientCoreRetryTest, IsPatientUntilTheDeadlineWithWhatIsOnlyOverloadedOrMayHaveBegun) {
  client_core::options chosen;
  chosen.patience = 100ms;
  core = client_core{chosen, now};
  connect();
  submit(1);
  receive({refused(sent().at(0).id, v1::fault::OVERLOADED, 200)});
  EXPECT_TRUE(core.take_answers().empty());
  EXPECT_FALSE(core.take_unavailable());
  submit(2);
  ASSERT_EQ(sent().size(), 1u);
  core.disconnected("reset by peer", now);
  connect();
  const auto again = sent();
  ASSERT_EQ(again.size(), 1u);
  receive({refused(again[0].id, v1::fault::UNAVAILABLE, 200)});
  EXPECT_TRUE(core.take_answers().empty());
}

TEST_F(ClientCoreRetryTest, PassesARefusalOnWhenThereIsNoTimeForAnother) {
  connect();
  submit(1, 200);
  const auto out = sent();
  receive({refused(out[0].id, v1::fault::OVERLOADED, 300)});
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::OVERLOADED);
}

TEST_F(ClientCoreRetryTest, TellsAtTheDeadlineWhetherAnythingMayHaveBeenDone) {
  submit(1, 200); // never sent
  pass(200ms);
  EXPECT_EQ(core.take_answers().at(0).what->fault().code(), v1::fault::UNAVAILABLE);
  connect();
  submit(2, 200);
  sent();
  pass(199ms);
  EXPECT_TRUE(core.take_answers().empty());
  pass(1ms);
  EXPECT_EQ(core.take_answers().at(0).what->fault().code(), v1::fault::TIMEOUT);
}

TEST_F(ClientCoreRetryTest, PassesOtherFaultsOn) {
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

TEST_F(ClientCoreRetryTest, PassesRefusalsOnWhenToldTo) {
  client_core plain{{.retry_refused = false, .version = "test"}, now};
  plain.connecting();
  plain.connected(now);
  std::string out;
  plain.submit(1, 2, std::make_shared<const v1::request>(an_order()), now);
  ASSERT_TRUE(plain.receive(server_hello(), now));
  plain.write(out, 1u << 20, now);
  const auto id = frames_of(out).back().id;
  ASSERT_TRUE(plain.receive(replies_bytes({refused(id, v1::fault::OVERLOADED, 10)}), now));
  EXPECT_EQ(plain.take_answers().size(), 1u);
}

TEST_F(ClientCoreRetryTest, SendsWhatWasUnderWayAgainOnTheNextConnection) {
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

/// Attempt one may have been committed before the connection broke: a refusal of the next says nothing of it.
TEST_F(ClientCoreRetryTest, TakesNoRefusalForAnAnswerToAnEarlierTry) {
  for (const auto code : {v1::fault::OVERLOADED, v1::fault::UNAVAILABLE, v1::fault::STORAGE_FULL}) {
    connect();
    submit(1, 300);
    ASSERT_EQ(sent().size(), 1u);
    core.disconnected("reset by peer", now);
    connect();
    receive({refused(sent().at(0).id, code, 400)});
    const auto answers = core.take_answers();
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].what->fault().code(), v1::fault::TIMEOUT);
  }
}

TEST_F(ClientCoreRetryTest, WaitsLongerWithEachFailedConnectionAndForgetsThatAtTheFirstReplies) {
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
  core.disconnected("refused behind HELLO", now);
  EXPECT_EQ(*core.connect_at() - now, 1280ms);
  connect();
  submit(1);
  receive({confirmed(sent().at(0).id)});
  core.disconnected("reset", now);
  EXPECT_EQ(*core.connect_at() - now, 20ms);
}

TEST_F(ClientCoreRetryTest, ConnectsAgainWhenTheServerThatRefusedItSaid) {
  connect();
  v1::fault why;
  why.set_code(v1::fault::OVERLOADED);
  why.set_retry_after_ms(700);
  const auto refused = core.receive(testing::frame_bytes(frame_type::error, 0, why.SerializeAsString()), now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after_ms, 700u);
  core.disconnected(refused.error().message, now, std::chrono::milliseconds{refused.error().retry_after_ms});
  EXPECT_EQ(core.connect_at(), now + 700ms);
}

TEST_F(ClientCoreRetryTest, GivesAConnectionUpWhoseServerIsNotToBeTrusted) {
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
    fresh.connected(now);
    EXPECT_FALSE(fresh.receive(bytes, now));
  }
}

TEST_F(ClientCoreRetryTest, GivesAConnectionUpWhoseServerSaysNothing) {
  core.connecting();
  core.connected(now);
  written();
  EXPECT_EQ(core.wake_at(), now + 5s);
  pass(4999ms);
  EXPECT_FALSE(core.advance(now + 1ms));
  core.disconnected("no HELLO", now);
  EXPECT_TRUE(core.advance(now + 1ms));
}

TEST_F(ClientCoreRetryTest, AnswersEverybodyWhenItStops) {
  connect(server_hello(1));
  submit(1);
  submit(2);
  sent();
  core.stop();
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::TIMEOUT); // It was sent.
  EXPECT_EQ(answers[1].what->fault().code(), v1::fault::UNAVAILABLE);
}

} // namespace
} // namespace orderd::cluster
