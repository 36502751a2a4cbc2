#include "runtime/shard/provider_call_table.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

const entity_id a{1, "a"};
const entity_id b{1, "b"};

TEST(ProviderCallTable, TakesTheFirstAnswerOfACallOnly) {
  provider_call_table calls;
  EXPECT_TRUE(calls.add({a, 1}));
  EXPECT_TRUE(calls.answered({a, 1}));
  EXPECT_FALSE(calls.answered({a, 1}));
}

TEST(ProviderCallTable, TakesNoAnswerOfACallThatWasNeverMade) {
  provider_call_table calls;
  calls.add({a, 1});
  EXPECT_FALSE(calls.answered({a, 2}));
  EXPECT_FALSE(calls.answered({b, 1}));
  EXPECT_EQ(calls.size(), 1u);
}

TEST(ProviderCallTable, TellsWhenACallOfThatStepWaitsAlready) {
  provider_call_table calls;
  EXPECT_TRUE(calls.add({a, 1}));
  EXPECT_FALSE(calls.add({a, 1}));
  EXPECT_TRUE(calls.add({a, 2}));
  EXPECT_TRUE(calls.add({b, 1}));
  EXPECT_EQ(calls.size(), 3u);
}

TEST(ProviderCallTable, MayMakeACallOfAStepAgainAfterItsAnswer) {
  provider_call_table calls;
  calls.add({a, 1});
  calls.answered({a, 1});
  EXPECT_TRUE(calls.add({a, 1}));
  EXPECT_TRUE(calls.answered({a, 1}));
}

} // namespace
} // namespace orderd::runtime
