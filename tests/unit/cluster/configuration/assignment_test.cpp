// The rules by which a shard changes hands (B3, B5, C5), a row each.
#include "cluster/configuration/assignment.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

constexpr replica_id one{1, 1};
constexpr replica_id two{2, 1};
constexpr replica_id three{3, 1};
constexpr std::size_t minimum = 2;

assignment with_sets(std::vector<replica_id> in_sync, std::vector<replica_id> eligible) {
  return {5, in_sync.front(), std::move(in_sync), std::move(eligible), {1, 2, 3}};
}

TEST(Assignment, BeginsWithThePrimaryAlone) {
  const auto first = first_assignment(one, {1, 2, 3});
  EXPECT_EQ(first, (assignment{1, one, {one}, {}, {1, 2, 3}}));
  EXPECT_THROW((void)first_assignment(one, {2, 3}), runtime::bug);
}

TEST(Assignment, IsPlacedAgainOnlyBeforeAnyoneJoined) {
  EXPECT_TRUE(never_committed(first_assignment(one, {1, 2, 3}), minimum));
  EXPECT_FALSE(never_committed(first_assignment(one, {1}), 1)); // It commits alone.
  EXPECT_FALSE(never_committed(with_sets({one, two}, {}), minimum));
  EXPECT_FALSE(never_committed(without(with_sets({one, two}, {}), two, minimum, true), minimum));
  EXPECT_EQ(placed_again(with_sets({one}, {}), {1, 2}), (assignment{6, {1, 2}, {{1, 2}}, {}, {1, 2, 3}}));
}

TEST(Assignment, LetsOnlyMembersLeadAndTheEligibleWhenTooFewRemain) {
  struct row {
    std::vector<replica_id> in_sync, eligible;
    replica_id who;
    bool may;
  };
  const row rows[] = {
      {{one, two}, {}, two, true},         {{one, two}, {}, three, false},
      {{one, two}, {three}, three, false}, {{one}, {two}, two, true},
      {{one}, {two}, three, false},        {{one}, {two}, {2, 2}, false}, // another disk
      {{one, two}, {}, {2, 2}, false},
  };
  for (const auto& each : rows)
    EXPECT_EQ(may_lead(with_sets(each.in_sync, each.eligible), each.who, minimum), each.may)
        << "row " << &each - rows;
}

TEST(Assignment, KeepsWhoLeavesEligibleWhenTooFewRemain) {
  EXPECT_EQ(without(with_sets({one, two, three}, {}), two, minimum, true), with_sets({one, three}, {}));
  EXPECT_EQ(without(with_sets({one, two}, {}), two, minimum, true), with_sets({one}, {two}));
}

TEST(Assignment, ForgetsTheEligibleOnceSomethingWasCommittedWithoutThem) {
  EXPECT_EQ(without(with_sets({one, two}, {three}), two, minimum, true), with_sets({one}, {two}));
  EXPECT_EQ(without(with_sets({one, two}, {three}), two, minimum, false), with_sets({one}, {two, three}));
  EXPECT_EQ(without_eligible(with_sets({one, two}, {three})), with_sets({one, two}, {}));
}

TEST(Assignment, DoesNotLoseItsPrimaryOrAStranger) {
  EXPECT_THROW((void)without(with_sets({one, two}, {}), one, minimum, true), runtime::bug);
  EXPECT_THROW((void)without(with_sets({one, two}, {}), three, minimum, true), runtime::bug);
}

TEST(Assignment, ReplacesAnOlderDiskOfANodeThatJoins) {
  const auto joined = with(with_sets({one, two}, {three}), {3, 2});
  EXPECT_EQ(joined, with_sets({one, two, {3, 2}}, {}));
  EXPECT_EQ(with(with_sets({one, two}, {}), {2, 2}), with_sets({one, {2, 2}}, {}));
}

TEST(Assignment, PassesToAMemberWithoutTheOldPrimary) {
  const auto next = taken_over(with_sets({one, two, three}, {}), two, minimum);
  EXPECT_EQ(next, (assignment{6, two, {two, three}, {}, {1, 2, 3}}));
}

TEST(Assignment, KeepsTheOldPrimaryEligibleWhenTooFewRemain) {
  const auto next = taken_over(with_sets({one, two}, {three}), two, minimum);
  EXPECT_EQ(next, (assignment{6, two, {two}, {one}, {1, 2, 3}}));
}

TEST(Assignment, PassesToAnEligibleReplicaWithTheOthersEligible) {
  const auto next = taken_over(with_sets({one}, {two, three}), two, minimum);
  EXPECT_EQ(next, (assignment{6, two, {two}, {one, three}, {1, 2, 3}}));
  EXPECT_THROW((void)taken_over(with_sets({one, two}, {three}), three, minimum), runtime::bug);
}

TEST(Assignment, KeepsEveryMemberInAHandover) {
  EXPECT_EQ(handed_over(with_sets({one, two}, {}), two, minimum),
            (assignment{6, two, {one, two}, {}, {1, 2, 3}}));
  EXPECT_EQ(handed_over(with_sets({one}, {two}), one, minimum),
            (assignment{6, one, {one}, {two}, {1, 2, 3}}));
  EXPECT_THROW((void)handed_over(with_sets({one}, {two}), two, minimum), runtime::bug);
}

TEST(Assignment, ForgetsTheEligibleInAHandoverOfASetThatMayHaveCommitted) {
  EXPECT_EQ(handed_over(with_sets({one, two}, {three}), one, minimum),
            (assignment{6, one, {one, two}, {}, {1, 2, 3}}));
}

TEST(Assignment, IsTheSameAfterItWasStored) {
  const auto what = with_sets({one, two}, {three});
  const auto read = decode_assignment(encode(what));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, what);
  EXPECT_FALSE(decode_assignment("no assignment"));
  EXPECT_FALSE(decode_assignment(""));
}

} // namespace
} // namespace orderd::cluster
