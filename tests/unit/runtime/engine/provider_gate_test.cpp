#include "runtime/engine/provider_gate.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

constexpr provider_gate_options options_of_test{2, 3, 100};

provider_gate::call call_with(std::string key) {
  return {0, {entity_id{1, key}, provider_call{1, key, "body"}}};
}

/// A gate with `calls` waiting, named "0", "1", ...
provider_gate gate_with(int calls) {
  provider_gate gate{options_of_test};
  for (int i = 0; i < calls; ++i)
    gate.add(call_with(std::to_string(i)));
  return gate;
}

std::string next_key(provider_gate& gate, std::int64_t now_ms) {
  const auto call = gate.next(now_ms);
  return call ? call->what.call.idempotency_key : "none";
}

/// A gate with `calls` calls, of which the first `out` are under way.
provider_gate gate_under_way(int calls, int out) {
  provider_gate gate{{10, 3, 100}};
  for (int i = 0; i < calls; ++i)
    gate.add(call_with(std::to_string(i)));
  for (int i = 0; i < out; ++i)
    EXPECT_NE(next_key(gate, 0), "none");
  return gate;
}

/// Lets `calls` calls go out one by one and fail at `now_ms`.
void fail(provider_gate& gate, int calls, std::int64_t now_ms) {
  for (int i = 0; i < calls; ++i) {
    const auto call = gate.next(now_ms);
    ASSERT_TRUE(call);
    gate.ended(*call, false, now_ms);
  }
}

TEST(ProviderGate, LetsCallsOutInOrderUpToItsConcurrency) {
  auto gate = gate_with(3);
  EXPECT_EQ(next_key(gate, 0), "0");
  EXPECT_EQ(next_key(gate, 0), "1");
  EXPECT_EQ(next_key(gate, 0), "none");
  gate.ended({}, true, 0);
  EXPECT_EQ(next_key(gate, 0), "2");
}

TEST(ProviderGate, OpensAfterFailuresInARowAndLetsNothingOut) {
  auto gate = gate_with(5);
  fail(gate, 3, 1'000);
  EXPECT_TRUE(gate.open());
  EXPECT_EQ(next_key(gate, 1'099), "none");
  EXPECT_EQ(gate.waiting(), 2u);
}

TEST(ProviderGate, StaysClosedWhenAnAnswerComesBetweenFailures) {
  auto gate = gate_with(6);
  fail(gate, 2, 0);
  ASSERT_EQ(next_key(gate, 0), "2");
  gate.ended({}, true, 0);
  fail(gate, 2, 0);
  EXPECT_FALSE(gate.open());
}

TEST(ProviderGate, TriesOneCallAtATimeWhenItsTimeIsOver) {
  auto gate = gate_with(6);
  fail(gate, 3, 1'000);
  EXPECT_EQ(next_key(gate, 1'100), "3");
  EXPECT_EQ(next_key(gate, 1'100), "none");
}

TEST(ProviderGate, ClosesWithTheFirstKnownAnswer) {
  auto gate = gate_with(7);
  fail(gate, 3, 1'000);
  ASSERT_EQ(next_key(gate, 1'100), "3");
  gate.ended({}, true, 1'110);
  EXPECT_FALSE(gate.open());
  EXPECT_EQ(next_key(gate, 1'110), "4");
  EXPECT_EQ(next_key(gate, 1'110), "5");
}

TEST(ProviderGate, WaitsTwiceAsLongAfterEachFailedTrialUpToTenTimes) {
  auto gate = gate_with(20);
  fail(gate, 3, 0);
  std::int64_t now_ms = 0;
  for (const std::int64_t open_ms : {100, 200, 400, 800, 1'000, 1'000}) {
    EXPECT_EQ(next_key(gate, now_ms + open_ms - 1), "none") << "open for " << open_ms;
    now_ms += open_ms;
    fail(gate, 1, now_ms);
  }
}

TEST(ProviderGate, DoesNotCountCallsFromBeforeItOpenedAsFailedTrials) {
  auto gate = gate_under_way(10, 9);
  for (int i = 0; i < 9; ++i)
    gate.ended({}, false, 10 + i);
  EXPECT_EQ(next_key(gate, 111), "none");
  EXPECT_EQ(next_key(gate, 112), "9"); // The third failure opened it, at 12.
}

TEST(ProviderGate, TriesInTimeThoughCallsFromBeforeItOpenedFailLater) {
  auto gate = gate_under_way(12, 9);
  for (int i = 0; i < 3; ++i)
    gate.ended({}, false, 10); // Opens it until 110.
  for (int i = 0; i < 3; ++i)
    gate.ended({}, false, 150);
  const auto trial = gate.next(150); // At once, though three are still under way.
  ASSERT_TRUE(trial);
  EXPECT_EQ(next_key(gate, 150), "none");
  gate.ended({}, false, 160); // Neither ends the trial nor makes the pause longer.
  EXPECT_EQ(next_key(gate, 160), "none");
  gate.ended(*trial, false, 170);
  gate.ended({}, false, 300);
  EXPECT_EQ(next_key(gate, 369), "none");
  EXPECT_EQ(next_key(gate, 370), "10");
}

TEST(ProviderGate, TakesATrialOfAnEarlierOpeningForNone) {
  auto gate = gate_under_way(12, 7);
  for (int i = 0; i < 3; ++i)
    gate.ended({}, false, 0);
  const auto early = gate.next(100);
  ASSERT_TRUE(early);
  gate.ended({}, true, 110); // One from before it opened closes it,
  for (int i = 0; i < 3; ++i)
    gate.ended({}, false, 120); // and it opens again.
  const auto trial = gate.next(220);
  ASSERT_TRUE(trial);
  gate.ended(*early, false, 230);
  EXPECT_EQ(next_key(gate, 1'000), "none") << "the trial is still under way";
  gate.ended(*trial, false, 1'000);
  EXPECT_EQ(next_key(gate, 1'199), "none");
  EXPECT_EQ(next_key(gate, 1'200), "9");
}

} // namespace
} // namespace orderd::runtime
