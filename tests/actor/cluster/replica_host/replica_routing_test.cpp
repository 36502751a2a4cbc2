// What a replica host takes when too few are heard, or nobody leads, and what it says of that.
#include "tests/support/replica_host_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;

class ReplicaRouting : public replica_host_bench {};

/// Node 2 is silent, and the store does not say that it is left out: what comes now would wait for nothing.
TEST_F(ReplicaRouting, RefusesWhatIsNewAndKeepsWhatHasBegunWhileTooFewAreHeard) {
  lead_with_two();
  grant_lease();
  const auto begun = ask("a1", "add 5");
  system_.pass(milliseconds{540});
  const auto begun_late = ask("a1", "add 5");
  system_.pass(milliseconds{40});
  const auto why = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(why.code(), v1::fault::UNAVAILABLE);
  EXPECT_GT(why.retry_after_ms(), 0u);
  EXPECT_THAT(why.message(), testing::HasSubstr("missed: node 2, not heard"));
  EXPECT_THAT(why.message(), testing::EndsWith("nothing was done by this request"));
  EXPECT_EQ(replies(begun).size() + replies(begun_late).size(), 0u);
  system_.pass(milliseconds{100});
  EXPECT_EQ(cluster_metrics_.serving.at(0).Value(), 0);
  clock_.pass(60'000);
  system_.pass(milliseconds{20});
  EXPECT_EQ(fault_of(begun).code(), v1::fault::TIMEOUT) << "it may take effect yet";
  EXPECT_EQ(fault_of(begun_late).code(), v1::fault::TIMEOUT);
  grant_lease(); // It is back.
  system_.pass(milliseconds{20});
  node_two_answers();
  EXPECT_EQ(replies(ask("a1", "read")), texts{"balance 10"});
}

TEST_F(ReplicaRouting, SaysThatNobodyLeadsOnceATakeoverWouldHaveTakenPlace) {
  start(2);
  assign({1, two, {self, two}, {}, {2, 1}});
  system_.pass(milliseconds{20});
  system_.pass(milliseconds{380});
  EXPECT_EQ(fault_of(ask("a1", "add 5")).code(), v1::fault::NOT_OWNER);
  system_.pass(milliseconds{40});
  const auto why = fault_of(ask("a1", "add 5"));
  EXPECT_EQ(why.code(), v1::fault::UNAVAILABLE);
  EXPECT_THAT(why.message(), testing::HasSubstr("no node that leads it"));
  board_.take({false, two, 1, {}}, system_.scheduler().clock().now());
  system_.pass(milliseconds{20});
  EXPECT_EQ(fault_of(ask("a1", "add 5")).code(), v1::fault::NOT_OWNER);
}

TEST_F(ReplicaRouting, SaysWhichCopiesAreMissed) {
  lead_with_two();
  board_.take({false, two, 1, {}}, system_.scheduler().clock().now());
  EXPECT_TRUE(describe().missed.empty());
  EXPECT_EQ(describe().refusing_because, "");
  system_.pass(milliseconds{600});
  std::vector<runtime::shard_description> said; // What `status` asks goes through the engine.
  const auto asker = test::spawn_recorder(system_.actors(), said);
  caf::send_as(asker, host_, runtime::describe_shard{});
  system_.run();
  for (const auto& missed : {describe().missed, said.at(0).missed}) {
    ASSERT_EQ(missed.size(), 1u);
    EXPECT_EQ(missed[0].node, 2u);
    EXPECT_FALSE(missed[0].heard);
    EXPECT_EQ(missed[0].silent_for, milliseconds{600});
  }
  EXPECT_THAT(said.at(0).refusing_because, testing::HasSubstr("node 2, not heard for 0.6 s"));
  EXPECT_EQ(describe().refusing_because, said.at(0).refusing_because);
  EXPECT_EQ(said.at(0).term, 1u);
}

} // namespace
} // namespace orderd::cluster
