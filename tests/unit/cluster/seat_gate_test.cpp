#include "cluster/seat_gate.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace orderd::cluster {

namespace {

std::vector<runtime::request> requests(std::initializer_list<std::uint64_t> ids) {
  std::vector<runtime::request> out;
  for (const auto id : ids) {
    out.emplace_back();
    out.back().from = {1, id};
  }
  return out;
}

std::vector<runtime::reply> replies(std::initializer_list<std::uint64_t> ids) {
  std::vector<runtime::reply> out;
  for (const auto id : ids)
    out.push_back({{1, id}, std::make_shared<const std::string>("answer")});
  return out;
}

TEST(SeatGate, LetsAnswersGoWhileTheLeasesHold) {
  seat_gate gate;
  gate.asked(requests({1, 2}));
  EXPECT_EQ(2u, gate.answered(replies({1, 2}), true).size());
  EXPECT_TRUE(gate.lose().empty());
}

TEST(SeatGate, HoldsAnswersUntilTheLeasesHoldAgain) {
  seat_gate gate;
  gate.asked(requests({1, 2}));
  EXPECT_TRUE(gate.answered(replies({1}), false).empty());
  EXPECT_TRUE(gate.holds());
  EXPECT_EQ(2u, gate.answered(replies({2}), true).size());
  EXPECT_FALSE(gate.holds());
}

TEST(SeatGate, TellsEveryoneOnceThatTheShardIsLost) {
  seat_gate gate;
  gate.asked(requests({1, 2, 3}));
  EXPECT_EQ(1u, gate.answered(replies({1}), true).size());
  EXPECT_TRUE(gate.answered(replies({2}), false).empty());
  EXPECT_EQ(2u, gate.lose().size());
  EXPECT_TRUE(gate.lose().empty());
}

TEST(SeatGate, DropsAnAnswerThatNobodyWaitsFor) {
  seat_gate gate;
  EXPECT_TRUE(gate.answered(replies({7}), true).empty());
}

} // namespace

} // namespace orderd::cluster
