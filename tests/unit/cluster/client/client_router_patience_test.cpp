// What callers are told when a shard takes nothing: when nobody leads it, or below a majority.
#include "cluster/client/client_router.hpp"

#include "tests/support/fake_cluster.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

class ClientRouterPatience : public testing::fake_cluster {};

TEST_F(ClientRouterPatience, SaysUnavailableOncePatienceEndsWithAShardThatNobodyLeads) {
  found(3, 1);
  start(all_endpoints());
  settle();
  nodes[1].silent = true;
  submit(1, 0, 8'000); // The leader has it.
  settle();
  kill(1);
  submit(2, 0);
  submit(3, 1);
  pass(950ms);
  nodes[2].refusing = nodes[3].refusing = {0}; // By now they know that nobody takes over.
  pass(4'900ms);
  EXPECT_TRUE(answers.empty());
  pass(200ms);
  ASSERT_EQ(answers.size(), 1u) << "of shard 1 nobody says anything, and what may have begun waits";
  EXPECT_EQ(answers[2].fault().code(), v1::fault::UNAVAILABLE);
  EXPECT_EQ(answers[2].fault().message(), "shard 0 has no leader; nothing was done");
  pass(4s);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[1].fault().code(), v1::fault::TIMEOUT);
}

TEST_F(ClientRouterPatience, RidesOutATakeoverThatTakesLongerThanItShould) {
  found(3, 1);
  start(all_endpoints());
  settle();
  kill(1);
  submit(1, 0);
  pass(950ms);
  nodes[2].refusing = nodes[3].refusing = {0};
  pass(3s);
  nodes[2].refusing = nodes[3].refusing = {};
  move_shard(0, 3, {3});
  pass(500ms);
  expect_confirmed(1, 1);
}

/// It was left behind with a minority, and does not know that another leads by now.
TEST_F(ClientRouterPatience, AsksTheOthersWhenALeaderCanDoNothing) {
  found(3, 1);
  start(all_endpoints());
  settle();
  nodes[1].refusing = {0};
  move_shard(0, 2, {2, 3});
  submit(1, 0);
  pass(1s);
  expect_confirmed(1, 1);
}

TEST_F(ClientRouterPatience, AsksNoMoreThanNowAndThenWhileAShardIsUnavailable) {
  found(3, 1);
  start(all_endpoints());
  settle();
  for (auto& [number, each] : nodes)
    each.refusing = {0, 1, 2, 3};
  const auto questions = [&] { return nodes[1].questions + nodes[2].questions + nodes[3].questions; };
  const auto before = questions();
  for (std::uint8_t tag = 0; tag < 100; ++tag) {
    submit(tag, tag % 4);
    pass(20ms);
  }
  pass(3s);
  EXPECT_LE(questions() - before, 30u);
}

} // namespace
} // namespace orderd::cluster
