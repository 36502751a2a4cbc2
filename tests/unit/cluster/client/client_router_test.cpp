// Faults: leaders move while requests are under way, nodes die, stop answering, come back, and believe old
// news. Every request must still be answered once, by a leader, or at its deadline.
#include "cluster/client/client_router.hpp"

#include "tests/support/fake_cluster.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

class ClientRouter : public testing::fake_cluster {};

TEST_F(ClientRouter, SendsEachRequestToTheLeaderOfItsShard) {
  found(3);
  start(all_endpoints());
  for (std::uint8_t tag = 0; tag < 8; ++tag)
    submit(tag, tag % 4);
  settle();
  expect_confirmed(0, 7);
  EXPECT_EQ(nodes[1].served, (std::vector<std::uint64_t>{0, 3, 4, 7})); // shards 0 and 3
  EXPECT_EQ(nodes[2].served, (std::vector<std::uint64_t>{1, 5}));
  EXPECT_EQ(nodes[3].served, (std::vector<std::uint64_t>{2, 6}));
  EXPECT_EQ(nodes[1].denied + nodes[2].denied + nodes[3].denied, 0u);
}

TEST_F(ClientRouter, FindsTheOthersThroughOneNode) {
  found(3);
  start({endpoint_of(2)});
  settle();
  EXPECT_EQ(nodes[1].connections, 0u); // nothing needs it
  submit(1, 0);
  submit(2, 1);
  settle();
  expect_confirmed(1, 2);
  EXPECT_EQ(nodes[1].connections, 1u);
  EXPECT_EQ(nodes[3].connections, 1u) << "whoever looks for a leader connects to all, to ask them";
}

TEST_F(ClientRouter, AsksANodeByItselfNothingButOnce) {
  found(1);
  start({endpoint_of(1)});
  for (std::uint8_t tag = 0; tag < 8; ++tag)
    submit(tag, tag % 4);
  pass(20s);
  expect_confirmed(0, 7);
  EXPECT_EQ(nodes[1].questions, 1u);
  EXPECT_FALSE(router->wake_at());
}

TEST_F(ClientRouter, KnowsANodeByWhateverNameItWasGiven) {
  found(1);
  aliases["localhost:1"] = 1;
  start({"localhost:1"});
  submit(1, 0);
  settle();
  expect_confirmed(1, 1);
  EXPECT_EQ(router->links(), 1u);
}

TEST_F(ClientRouter, IsNotHeldUpByNodesThatRefuseOrSayNothing) {
  found(4, 3);
  nodes[1].up = false;
  nodes[2].silent = true;
  start({"nowhere:1", endpoint_of(1), endpoint_of(2), endpoint_of(3)});
  submit(1, 0);
  settle();
  expect_confirmed(1, 1);
  EXPECT_TRUE(router->connection().connected);
}

TEST_F(ClientRouter, SaysWhyItIsNotConnectedOnceEveryEndpointHasFailed) {
  found(2);
  nodes[1].up = false;
  nodes[2].silent = true;
  start(all_endpoints());
  settle();
  EXPECT_FALSE(router->connection().connected);
  EXPECT_EQ(router->connection().last_error, "");
  pass(5s); // the second one is given up
  EXPECT_EQ(router->connection().last_error, "n1:1: refused; n2:1: the server did not say HELLO");
}

TEST_F(ClientRouter, FollowsALeaderThatMovesWhileRequestsAreUnderWay) {
  found(3, 1);
  start(all_endpoints());
  submit(1, 0);
  settle();
  nodes[1].silent = true;
  submit(2, 0);
  submit(3, 1);
  settle();
  move_shard(0, 2, {2, 3});
  pass(400ms); // silence is noticed, and others are asked
  EXPECT_TRUE(confirmed_tag(2));
  EXPECT_EQ(nodes[2].served, std::vector<std::uint64_t>{2});
  EXPECT_FALSE(confirmed_tag(3)) << "its leader has not moved";
  nodes[1].silent = false; // what it owed comes after all: only the answer nobody has counts
  settle();
  expect_confirmed(1, 3);
}

TEST_F(ClientRouter, FollowsTheWordOfANodeThatHandedItsShardOver) {
  found(3, 1);
  start(all_endpoints());
  settle();
  move_shard(0, 2, {1, 2, 3});
  submit(1, 0);
  settle();
  expect_confirmed(1, 1);
  EXPECT_EQ(nodes[1].denied, 1u);
  for (std::uint8_t tag = 2; tag < 10; ++tag)
    submit(tag, 0);
  settle();
  expect_confirmed(1, 9);
  EXPECT_EQ(nodes[1].denied, 1u);
}

TEST_F(ClientRouter, SendsWhatADeadLeaderDidNotAnswerToItsSuccessorSoon) {
  found(3, 1);
  start(all_endpoints());
  settle();
  nodes[1].silent = true;
  for (std::uint8_t tag = 0; tag < 20; ++tag)
    submit(tag, tag % 4);
  settle();
  kill(1);
  submit(20, 0);
  pass(600ms); // nobody has taken over yet
  EXPECT_TRUE(answers.empty());
  for (std::uint32_t shard = 0; shard < shards; ++shard)
    move_shard(shard, 3, {3}); // node 2 has not heard of it
  pass(99ms);
  expect_confirmed(0, 20);
  EXPECT_EQ(nodes[3].served.size(), 21u);
}

TEST_F(ClientRouter, BelievesTheHigherTermOfTwoLeaders) {
  found(3, 1);
  start(all_endpoints());
  settle();
  move_shard(0, 2, {2}); // node 1 still believes to lead, and serves; node 3 believes it
  nodes[1].silent = true;
  submit(1, 0);
  pass(400ms);
  EXPECT_EQ(nodes[2].served, std::vector<std::uint64_t>{1});
  nodes[1].silent = false;
  pass(20s); // old news keep coming
  for (std::uint8_t tag = 2; tag < 10; ++tag)
    submit(tag, 0);
  pass(1s);
  expect_confirmed(1, 9);
  EXPECT_EQ(nodes[1].served, std::vector<std::uint64_t>{1}) << "its late answer, which nobody hears";
}

TEST_F(ClientRouter, AnswersAtTheDeadlineWhileNobodyLeads) {
  found(3, 1);
  start(all_endpoints());
  settle();
  kill(1);
  submit(1, 0, 700);
  submit(2, 1, 1'500);
  pass(699ms);
  EXPECT_TRUE(answers.empty());
  pass(1ms);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[1].fault().code(), v1::fault::UNAVAILABLE); // It was never sent.
  pass(800ms);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[2].fault().code(), v1::fault::UNAVAILABLE);
}

TEST_F(ClientRouter, AsksAboutTwentyTimesASecondWhileALeaderIsMissing) {
  found(3, 1);
  start(all_endpoints());
  settle();
  kill(1);
  submit(1, 0);
  const auto before = nodes[2].questions + nodes[3].questions;
  pass(1s);
  const auto asked = nodes[2].questions + nodes[3].questions - before;
  EXPECT_GE(asked, 15u);
  EXPECT_LE(asked, 27u);
}

TEST_F(ClientRouter, DoesNotRunInCirclesBetweenNodesThatNameEachOther) {
  found(2, 1);
  start(all_endpoints());
  settle();
  nodes[1].beliefs[0] = {1, 2};
  nodes[2].beliefs[0] = {1, 1};
  submit(1, 0, 5'000);
  pass(1s);
  EXPECT_LE(nodes[1].denied + nodes[2].denied, 12u);
  EXPECT_GE(nodes[1].denied + nodes[2].denied, 4u);
  move_shard(0, 2, {2});
  pass(300ms);
  expect_confirmed(1, 1);
}

TEST_F(ClientRouter, WaitsForANodeThatOthersNameAndThatDeniesIt) {
  found(2, 1);
  nodes[1].knows_owner = false;
  start(all_endpoints());
  settle();
  nodes[1].beliefs[0] = {1, 99}; // it takes over, and does not lead yet
  for (std::uint8_t tag = 0; tag < 50; ++tag)
    submit(tag, 0);
  pass(1s);
  EXPECT_LE(nodes[1].denied, 50u * 12);
  move_shard(0, 1, {1});
  pass(100ms);
  expect_confirmed(0, 49);
}

TEST_F(ClientRouter, GoesBackToANodeThatWasRestarted) {
  found(1);
  start({endpoint_of(1)});
  submit(1, 0);
  settle();
  nodes[1].silent = true;
  submit(2, 0);
  submit(3, 1);
  settle();
  kill(1);
  submit(4, 2);
  pass(50ms);
  EXPECT_FALSE(router->connection().connected);
  EXPECT_EQ(router->connection().last_error, "refused");
  nodes[1].silent = false;
  nodes[1].up = true;
  pass(200ms);
  expect_confirmed(1, 4);
}

TEST_F(ClientRouter, FollowsALeaderThatComesBackInTheNextTerm) {
  found(3, 1);
  start(all_endpoints());
  settle();
  kill(1);
  submit(1, 0);
  pass(5s); // its connection is tried every two seconds by now
  nodes[1].up = true;
  move_shard(0, 1, {1, 2, 3});
  pass(400ms);
  expect_confirmed(1, 1);
}

TEST_F(ClientRouter, LearnsOfANodeThatTookOverSilentlyWithoutBeingAsked) {
  found(3, 1);
  start(all_endpoints());
  settle();
  move_shard(2, 3, {1, 2, 3});
  pass(7s);
  submit(1, 2);
  settle();
  expect_confirmed(1, 1);
  EXPECT_EQ(nodes[1].denied, 0u);
}

TEST_F(ClientRouter, AsksOneNodeAloneWhenToldTo) {
  found(2, 2);
  start(all_endpoints(), false);
  submit(1, 0);
  pass(10s);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[1].fault().code(), v1::fault::NOT_OWNER);
  EXPECT_EQ(answers[1].fault().owner_endpoint(), endpoint_of(2));
  EXPECT_EQ(nodes[2].connections, 0u);
}

TEST_F(ClientRouter, AnswersEverybodyWhenItStops) {
  found(2, 1);
  start(all_endpoints());
  settle();
  nodes[1].silent = true;
  submit(1, 0);
  settle();
  move_shard(1, 9, {1, 2});
  kill(1);
  submit(2, 1);
  router->stop();
  settle();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1].fault().code(), v1::fault::TIMEOUT); // It was sent.
  EXPECT_EQ(answers[2].fault().code(), v1::fault::UNAVAILABLE);
}

TEST_F(ClientRouter, TakesToTheNewLeaderWhatTheOldOneHadBegun) {
  found(3, 1);
  start(all_endpoints());
  settle();
  move_shard(0, 2, {1, 2, 3});
  nodes[1].loses_lead = true; // and says so of what it began
  submit(1, 0);
  pass(500ms);
  expect_confirmed(1, 1);
  EXPECT_EQ(nodes[2].served.size(), 1u);
}

TEST_F(ClientRouter, SaysThatAnOrderThatALostLeaderBeganIsNotKnown) {
  found(2, 1);
  start(all_endpoints());
  settle();
  move_shard(0, 9, {1, 2});
  nodes[1].loses_lead = true;
  submit(1, 0);
  pass(10s);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[1].fault().code(), v1::fault::TIMEOUT);
}

TEST_F(ClientRouter, SaysThatNothingWasDoneWhenNobodyTookTheOrder) {
  found(2, 1);
  start(all_endpoints());
  settle();
  move_shard(0, 9, {1, 2});
  submit(1, 0);
  pass(10s);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[1].fault().code(), v1::fault::UNAVAILABLE);
}

TEST_F(ClientRouter, PassesOnThatTheOnlyNodeItAsksLostTheLead) {
  found(2, 2);
  start(all_endpoints(), false);
  nodes[1].loses_lead = true;
  submit(1, 0);
  pass(10s);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[1].fault().code(), v1::fault::TIMEOUT);
}

TEST_F(ClientRouter, AnswersAMessageWithoutARequest) {
  found(1);
  start({endpoint_of(1)});
  router->submit(7, 1, nullptr, now);
  settle();
  EXPECT_EQ(answers[1].fault().code(), v1::fault::MALFORMED);
}

} // namespace
} // namespace orderd::cluster
