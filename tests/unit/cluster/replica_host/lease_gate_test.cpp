#include "cluster/replica_host/lease_gate.hpp"

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
    out.push_back({{1, id}, runtime::reply_outcome::ok, std::make_shared<const std::string>("answer")});
  return out;
}

TEST(LeaseGate, LetsAnswersGoWhileTheLeasesHold) {
  lease_gate gate;
  gate.asked(requests({1, 2}));
  EXPECT_EQ(2u, gate.answered(replies({1, 2}), true).size());
  EXPECT_TRUE(gate.lose().empty());
}

TEST(LeaseGate, HoldsAnswersUntilTheLeasesHoldAgain) {
  lease_gate gate;
  gate.asked(requests({1, 2}));
  EXPECT_TRUE(gate.answered(replies({1}), false).empty());
  EXPECT_TRUE(gate.holds());
  EXPECT_EQ(2u, gate.answered(replies({2}), true).size());
  EXPECT_FALSE(gate.holds());
}

TEST(LeaseGate, TellsEveryoneOnceThatTheShardIsLost) {
  lease_gate gate;
  gate.asked(requests({1, 2, 3}));
  EXPECT_EQ(1u, gate.answered(replies({1}), true).size());
  EXPECT_TRUE(gate.answered(replies({2}), false).empty());
  EXPECT_EQ(2u, gate.lose().size());
  EXPECT_TRUE(gate.lose().empty());
}

TEST(LeaseGate, DropsAnAnswerThatNobodyWaitsFor) {
  lease_gate gate;
  EXPECT_TRUE(gate.answered(replies({7}), true).empty());
}

TEST(LeaseGate, LetsGoWhatRestsOnNothingWithoutLeases) {
  lease_gate gate;
  gate.asked(requests({1, 2}));
  auto both = replies({1, 2});
  both[1].rests_on_nothing = true;
  const auto gone = gate.answered(std::move(both), false);
  ASSERT_EQ(1u, gone.size());
  EXPECT_EQ(2u, gone[0].to.request_id);
  EXPECT_TRUE(gate.holds());
}

TEST(LeaseGate, GivesUpWhoWaitsPastItsDeadlineForAnAnswerOrForLeases) {
  lease_gate gate;
  auto three = requests({1, 2, 3});
  three[0].deadline_at = three[1].deadline_at = 100;
  three[2].deadline_at = 200;
  gate.asked(three);
  EXPECT_TRUE(gate.answered(replies({1}), false).empty());
  EXPECT_TRUE(gate.expire(99).empty());
  EXPECT_EQ(2u, gate.expire(100).size());
  EXPECT_FALSE(gate.holds());
  EXPECT_TRUE(gate.answered(replies({1, 2}), true).empty()) << "answered twice";
  EXPECT_TRUE(gate.expire(199).empty());
  const auto last = gate.expire(200);
  ASSERT_EQ(1u, last.size());
  EXPECT_EQ(3u, last[0].request_id);
}

} // namespace

} // namespace orderd::cluster
