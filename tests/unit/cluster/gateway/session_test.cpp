#include "cluster/gateway/session.hpp"

#include "actors/entities/business.hpp"
#include "actors/public/public.pb.h"
#include "actors/rules/kinds.hpp"
#include "config/limits.hpp"
#include "runtime/base/slots.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using testing::a_status_question;
using testing::an_order;
using testing::errors_of;
using testing::hello_bytes;
using testing::replies_of;
using testing::requests_bytes;

struct noted_answer {
  std::string type;
  std::string outcome;
  std::chrono::nanoseconds took;
};

class noting_observer : public session_observer {
public:
  void answered(std::string_view type, runtime::reply_outcome outcome,
                std::chrono::nanoseconds took) override {
    notes.push_back({std::string{type}, std::string{to_string(outcome)}, took});
  }
  std::vector<noted_answer> notes;
};

std::string confirmed_body() {
  v1::reply body;
  body.mutable_placement()->set_status(v1::CONFIRMED);
  return body.SerializeAsString();
}

class SessionTest : public ::testing::Test {
protected:
  SessionTest() {
    talk.open(now);
    sent();
  }

  /// Takes the session's output, as a socket would.
  std::string sent() {
    std::string bytes{talk.output()};
    talk.output_sent();
    return bytes;
  }

  void receive(std::string_view bytes) { talk.receive(bytes, now, asked); }
  void introduce() { receive(hello_bytes()); }
  void pass(std::chrono::milliseconds time) {
    now.steady += time;
    now.monotone_ms += time.count();
  }

  std::unique_ptr<const runtime::business> rules = actors::make_business({});
  noting_observer observer;
  session_context context{*rules, observer, 4, "0.1.0"};
  moment now{std::chrono::steady_clock::time_point{1h}, 1'000'000};
  asked_requests asked{4};
  session talk{77, context};
};

TEST_F(SessionTest, GreetsWithWhatAClientMustKnow) {
  session fresh{1, context};
  fresh.open(now);
  const auto frames = testing::frames_of(fresh.output());
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].type, frame_type::hello);
  v1::hello hello;
  ASSERT_TRUE(hello.ParseFromString(frames[0].payload));
  EXPECT_EQ(hello.protocol_version(), 1u);
  EXPECT_EQ(hello.shards(), 4u);
  EXPECT_EQ(hello.credit_window(), limits::credit_window_requests);
  EXPECT_EQ(hello.credit_window_bytes(), limits::credit_window_bytes);
  EXPECT_EQ(hello.frame_bytes_max(), limits::client_frame_bytes_max);
  EXPECT_EQ(hello.version(), "0.1.0");
}

TEST_F(SessionTest, HandsRequestsToTheShardOfTheirEntity) {
  introduce();
  receive(requests_bytes(500, {an_order(1), an_order(2)}));
  const auto id = an_order(1).place_order().order_id();
  const auto slot = rules->slot_of({static_cast<std::uint8_t>(actors::kind::order), id});
  auto& batch = asked.by_shard[runtime::shard_of_slot(slot, 4)];
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch[0].from.connection, 77u);
  EXPECT_NE(batch[0].from.request_id, batch[1].from.request_id);
  EXPECT_EQ(batch[0].deadline_at, now.monotone_ms + limits::request_timeout_ms_default);
  EXPECT_EQ(talk.unanswered(), 2u);
  EXPECT_EQ(sent(), "");
}

TEST_F(SessionTest, AnswersEachRequestUnderItsOwnIdAndOnce) {
  introduce();
  receive(requests_bytes(500, {an_order(1), a_status_question(), an_order(2)}));
  ASSERT_EQ(asked.for_node.size(), 1u);
  EXPECT_EQ(asked.for_node[0].deadline_at, now.monotone_ms + limits::request_timeout_ms_default);
  const auto number = asked.for_node[0].from.request_id;
  pass(3ms);
  talk.reply(number, runtime::reply_outcome::ok, confirmed_body(), now);
  talk.reply(number, runtime::reply_outcome::ok, confirmed_body(), now);
  const auto replies = replies_of(sent());
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].request_id(), 501u);
  EXPECT_EQ(talk.unanswered(), 2u);
  ASSERT_EQ(observer.notes.size(), 1u);
  EXPECT_EQ(observer.notes[0].type, "get_status");
  EXPECT_EQ(observer.notes[0].outcome, "ok");
  EXPECT_EQ(observer.notes[0].took, 3ms);
}

TEST_F(SessionTest, RefusesRequestsForWhichTheNodeHasNoRoomAndGivesTheirBytesBack) {
  const auto one = requests_bytes(1, {an_order(1)});
  byte_budget budget{one.size()};
  context.unanswered = &budget;
  {
    session other{78, context};
    other.open(now);
    other.receive(hello_bytes() + one, now, asked);
    EXPECT_GT(budget.used(), 0u);
    introduce();
    receive(requests_bytes(500, {an_order(2), an_order(3)}));
    const auto replies = replies_of(sent());
    ASSERT_EQ(replies.size(), 2u);
    EXPECT_EQ(replies[1].request_id(), 501u);
    EXPECT_EQ(replies[1].fault().code(), v1::fault::OVERLOADED);
    EXPECT_GT(replies[1].fault().retry_after_ms(), 0u);
    EXPECT_EQ(talk.unanswered(), 0u);
  }
  EXPECT_EQ(budget.used(), 0u); // its session ended with the request unanswered
  asked.clear();
  receive(requests_bytes(502, {an_order(2)}));
  EXPECT_EQ(talk.unanswered(), 1u);
  for (const auto& batch : asked.by_shard)
    for (const auto& request : batch)
      talk.reply(request.from.request_id, runtime::reply_outcome::ok, confirmed_body(), now);
  EXPECT_EQ(budget.used(), 0u);
  context.unanswered = nullptr; // the session outlives the budget
}

TEST_F(SessionTest, KeepsNothingOfAFrameOnceItIsEnded) {
  introduce();
  receive(requests_bytes(1, {an_order()}).substr(0, 30));
  EXPECT_GT(talk.unfinished_bytes(), 30u);
  talk.end({runtime::fault_code::overloaded, "x"});
  EXPECT_EQ(talk.unfinished_bytes(), 0u);
}

TEST_F(SessionTest, BoundsTheDeadline) {
  introduce();
  auto order = an_order();
  order.set_timeout_ms(250);
  receive(requests_bytes(1, {order}));
  order.set_timeout_ms(limits::request_timeout_ms_max + 1);
  receive(requests_bytes(2, {order}));
  for (const auto& batch : asked.by_shard) {
    if (batch.empty())
      continue;
    EXPECT_EQ(batch.at(0).deadline_at, now.monotone_ms + 250);
    EXPECT_EQ(batch.at(1).deadline_at, now.monotone_ms + limits::request_timeout_ms_max);
  }
}

TEST_F(SessionTest, AnswersARequestItCannotReadWithoutHarmToItsNeighbours) {
  introduce();
  auto payload = [] {
    v1::request_batch batch;
    *batch.add_requests() = an_order(1);
    *batch.add_requests() = an_order(2);
    return batch.SerializeAsString();
  }();
  payload[payload.find("17850")] = '\xff';
  receive(testing::frame_bytes(frame_type::requests, 10, payload));
  EXPECT_FALSE(talk.finished());
  EXPECT_EQ(talk.unanswered(), 1u);
  const auto replies = replies_of(sent());
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].request_id(), 10u);
  EXPECT_EQ(replies[0].fault().code(), v1::fault::MALFORMED);
}

TEST_F(SessionTest, AnswersARequestWithoutABody) {
  introduce();
  receive(requests_bytes(1, {v1::request{}}));
  EXPECT_FALSE(talk.finished());
  ASSERT_EQ(replies_of(sent()).size(), 1u);
  EXPECT_EQ(talk.unanswered(), 0u);
}

TEST_F(SessionTest, EndsWithAnErrorFrameForWhatIsNoFrame) {
  const auto whole = requests_bytes(9, {an_order()});
  struct row {
    const char* what;
    std::string bytes;
    v1::fault::kind expected;
  };
  const row rows[] = {
      {"garbage", "GET / HTTP/1.1\r\n\r\n", v1::fault::UNSUPPORTED_VERSION},
      {"requests before HELLO", whole, v1::fault::MALFORMED},
      {"another protocol version", hello_bytes(2), v1::fault::UNSUPPORTED_VERSION},
      {"HELLO that is none", testing::frame_bytes(frame_type::hello, 0, "\xff"), v1::fault::MALFORMED},
      {"a first frame above 4 KiB", testing::frame_bytes(frame_type::hello, 0, std::string(4081, 'x')),
       v1::fault::TOO_LARGE},
      {"HELLO twice", hello_bytes() + hello_bytes(), v1::fault::MALFORMED},
      {"a server's frame", hello_bytes() + testing::frame_bytes(frame_type::replies, 0, ""),
       v1::fault::MALFORMED},
      {"requests that are none", hello_bytes() + testing::frame_bytes(frame_type::requests, 0, "\xff"),
       v1::fault::MALFORMED},
      {"no requests", hello_bytes() + requests_bytes(0, {}), v1::fault::MALFORMED},
      {"too many requests", hello_bytes() + requests_bytes(0, std::vector<v1::request>(1025)),
       v1::fault::TOO_LARGE},
  };
  for (const auto& row : rows) {
    session fresh{1, context};
    fresh.open(now);
    fresh.output_sent();
    fresh.receive(row.bytes, now, asked);
    EXPECT_TRUE(fresh.finished()) << row.what;
    const auto errors = errors_of(fresh.output());
    ASSERT_EQ(errors.size(), 1u) << row.what;
    EXPECT_EQ(errors[0].code(), row.expected) << row.what;
    fresh.output_sent();
    fresh.receive(hello_bytes() + whole, now, asked);
    EXPECT_EQ(fresh.output(), "") << row.what;
  }
}

TEST_F(SessionTest, NamesTheFrameThatEndsTheConnection) {
  introduce();
  receive(testing::frame_bytes(frame_type::requests, 4711, ""));
  const auto frames = testing::frames_of(sent());
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].id, 4711u);
}

TEST_F(SessionTest, AcceptsItsCreditWindowAndNotOneMore) {
  introduce();
  const std::vector<v1::request> full(1024, a_status_question());
  for (std::size_t i = 0; i < limits::credit_window_requests; i += full.size())
    receive(requests_bytes(i, full));
  EXPECT_FALSE(talk.finished());
  EXPECT_EQ(talk.unanswered(), limits::credit_window_requests);
  talk.reply(asked.for_node[0].from.request_id, runtime::reply_outcome::ok, confirmed_body(), now);
  sent();
  receive(requests_bytes(9000, {a_status_question(), a_status_question()}));
  EXPECT_TRUE(talk.finished());
  EXPECT_EQ(asked.for_node.size(), limits::credit_window_requests); // none of the two
  const auto errors = errors_of(sent());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code(), v1::fault::CREDIT_EXCEEDED);
}

TEST_F(SessionTest, CountsTheBytesOfUnansweredRequestsToo) {
  introduce();
  auto large = an_order();
  for (int i = 0; i < 1999; ++i)
    *large.mutable_place_order()->add_lines() = large.place_order().lines(0);
  const auto frame = requests_bytes(1, {large});
  std::size_t sent_bytes = 0;
  while (!talk.finished()) {
    receive(frame);
    sent_bytes += frame.size();
  }
  EXPECT_GT(sent_bytes, limits::credit_window_bytes);
  EXPECT_LT(sent_bytes, limits::credit_window_bytes + 3 * frame.size());
  EXPECT_EQ(errors_of(sent()).at(0).code(), v1::fault::CREDIT_EXCEEDED);
}

TEST_F(SessionTest, GivesCreditBackWithEachReply) {
  introduce();
  for (int round = 0; round < 20; ++round) {
    asked.for_node.clear();
    receive(requests_bytes(0, std::vector<v1::request>(1024, a_status_question())));
    for (const auto& question : asked.for_node)
      talk.reply(question.from.request_id, runtime::reply_outcome::ok, confirmed_body(), now);
    ASSERT_EQ(replies_of(sent()).size(), 1024u);
  }
  EXPECT_FALSE(talk.finished());
}

TEST_F(SessionTest, ReplacesAReplyThatNoFrameCanHold) {
  introduce();
  receive(requests_bytes(3, {a_status_question()}));
  talk.reply(asked.for_node[0].from.request_id, runtime::reply_outcome::ok,
             std::string(limits::client_frame_bytes_max, 'x'), now);
  const auto replies = replies_of(sent());
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].request_id(), 3u);
  EXPECT_EQ(replies[0].fault().code(), v1::fault::TOO_LARGE);
}

TEST_F(SessionTest, WaitsTwoSecondsForHello) {
  receive(hello_bytes().substr(0, 10));
  pass(2000ms);
  talk.check_time(now);
  EXPECT_FALSE(talk.finished());
  pass(1ms);
  talk.check_time(now);
  EXPECT_TRUE(talk.finished());
  EXPECT_EQ(errors_of(sent()).at(0).code(), v1::fault::TIMEOUT);
}

TEST_F(SessionTest, WaitsForEverBetweenFrames) {
  introduce();
  pass(24h);
  talk.check_time(now);
  EXPECT_FALSE(talk.finished());
}

TEST_F(SessionTest, EndsAFrameThatTricklesIn) {
  introduce();
  const auto frame = requests_bytes(1, {an_order()});
  receive(frame + frame.substr(0, 3)); // the second begins now
  for (std::size_t at = 3; at < 33; ++at) {
    pass(1000ms);
    receive(frame.substr(at, 1));
    talk.check_time(now);
    ASSERT_FALSE(talk.finished()) << at;
  }
  pass(1ms);
  talk.check_time(now);
  EXPECT_TRUE(talk.finished());
}

TEST_F(SessionTest, DropsAnswersAfterTheEnd) {
  introduce();
  receive(requests_bytes(1, {a_status_question()}));
  talk.end({runtime::fault_code::shutting_down, "the node is stopping"});
  EXPECT_EQ(errors_of(sent()).at(0).code(), v1::fault::SHUTTING_DOWN);
  talk.reply(asked.for_node[0].from.request_id, runtime::reply_outcome::ok, confirmed_body(), now);
  EXPECT_EQ(sent(), "");
}

} // namespace
} // namespace orderd::cluster
