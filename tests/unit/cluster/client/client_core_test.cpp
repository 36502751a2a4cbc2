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

class ClientCoreTest : public testing::client_core_test {};

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
  for (const auto& one :
       answers) // What was refused, or not sent, has no effect; of the others it is not known.
    EXPECT_EQ(one.what->fault().code(), one.tag % 2 ? v1::fault::TIMEOUT : v1::fault::UNAVAILABLE) << one.tag;
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

/// The server answers one request each 10 ms, and lets one through at a time.
class ClientOfASlowServer : public testing::client_core_test {
protected:
  void SetUp() override {
    connect(server_hello(1));
    for (std::uint64_t tag = 1; tag <= 80; ++tag)
      submit(tag, 60'000);
    under_way_ = sent();
    for (int i = 0; i < 60; ++i) // longer than it takes until anything is expected
      answer_one();
    core.take_answers();
  }
  void answer_one() {
    ASSERT_EQ(under_way_.size(), 1u);
    pass(10ms);
    receive({confirmed(under_way_[0].id)});
    under_way_ = sent();
  }

  std::vector<testing::seen_request> under_way_;
};

TEST_F(ClientOfASlowServer, SendsNothingThatCannotBeAnsweredInTime) {
  submit(100, 50); // Nineteen wait before it.
  auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].tag, 100u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::OVERLOADED);
  submit(101, 1'000);
  EXPECT_TRUE(core.take_answers().empty());
}

TEST_F(ClientOfASlowServer, SendsWhatWasSentBeforeHoweverLateItIs) {
  core.submit({7, 100, std::make_shared<const v1::request>(an_order()), now + 50ms, true}, now);
  EXPECT_TRUE(core.take_answers().empty());
}

TEST_F(ClientOfASlowServer, RefusesNothingOnceNothingWaits) {
  for (int i = 0; i < 20; ++i)
    answer_one();
  core.take_answers();
  submit(100, 5);
  EXPECT_TRUE(core.take_answers().empty());
  EXPECT_EQ(sent().size(), 1u);
}

TEST_F(ClientCoreTest, AnswersAMessageWithoutARequest) {
  core.submit(1, 2, nullptr, now);
  const auto answers = core.take_answers();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].what->fault().code(), v1::fault::MALFORMED);
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

} // namespace
} // namespace orderd::cluster
