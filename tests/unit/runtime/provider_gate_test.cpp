#include "runtime/provider_gate.hpp"

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

/// Lets `calls` calls go out one by one and fail at `now_ms`.
void fail(provider_gate& gate, int calls, std::int64_t now_ms) {
  for (int i = 0; i < calls; ++i) {
    ASSERT_NE(next_key(gate, now_ms), "none");
    gate.ended(false, now_ms);
  }
}

TEST(ProviderGate, LetsCallsOutInOrderUpToItsConcurrency) {
  auto gate = gate_with(3);
  EXPECT_EQ(next_key(gate, 0), "0");
  EXPECT_EQ(next_key(gate, 0), "1");
  EXPECT_EQ(next_key(gate, 0), "none");
  gate.ended(true, 0);
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
  gate.ended(true, 0);
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
  gate.ended(true, 1'110);
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
  provider_gate gate{{10, 3, 100}};
  for (int i = 0; i < 10; ++i)
    gate.add(call_with(std::to_string(i)));
  for (int i = 0; i < 9; ++i)
    ASSERT_NE(next_key(gate, 0), "none");
  for (int i = 0; i < 9; ++i)
    gate.ended(false, 10 + i);
  EXPECT_EQ(next_key(gate, 111), "none");
  EXPECT_EQ(next_key(gate, 112), "9"); // The third failure opened it, at 12.
}

} // namespace
} // namespace orderd::runtime
