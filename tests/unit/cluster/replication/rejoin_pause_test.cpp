// How long who was left out of the in-sync set waits (C9).
#include "cluster/replication/rejoin_pause.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

/// How long it has to wait from then on, in steps of 100 ms.
std::chrono::milliseconds wait_of(const rejoin_pause& pause, steady_time left_at) {
  auto waited = 0ms;
  while (!pause.over(left_at + waited))
    waited += 100ms;
  return waited;
}

TEST(RejoinPause, KeepsNobodyWaitingWhoWasNeverLeftOut) {
  EXPECT_TRUE(rejoin_pause{}.over(steady_time{1h}));
}

TEST(RejoinPause, DoublesEachTimeUpToABound) {
  rejoin_pause pause;
  steady_time now{1h};
  for (const auto expected : {500ms, 1'000ms, 2'000ms, 4'000ms, 8'000ms, 8'000ms, 8'000ms}) {
    pause.left(now);
    EXPECT_EQ(wait_of(pause, now), expected);
    now += expected;
    pause.joined(now);
    now += 100ms;
  }
}

TEST(RejoinPause, BeginsAnewForWhoStayedLong) {
  rejoin_pause pause;
  steady_time now{1h};
  pause.left(now);
  pause.left(now + 500ms);
  pause.joined(now + 2s);
  now += 2s + 8s + 1ms; // eight pauses of a second
  pause.left(now);
  EXPECT_EQ(wait_of(pause, now), 500ms);
}

} // namespace
} // namespace orderd::cluster
