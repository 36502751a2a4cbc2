#include "cluster/grpc/unread_calls.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

struct noting_call : unread_call {
  void cancel() override { ++cancelled; }
  int cancelled = 0;
};

TEST(UnreadCalls, CancelsThoseThatWereAnsweredLongAgo) {
  unread_calls calls;
  const unread_calls::time_point start{};
  const auto early = std::make_shared<noting_call>();
  const auto read = std::make_shared<noting_call>();
  const auto late = std::make_shared<noting_call>();
  calls.add(early, start);
  const auto place = calls.add(read, start);
  calls.add(late, start + 3s);
  calls.remove(place);
  calls.cancel_before(start);
  EXPECT_EQ(early->cancelled, 0);
  calls.cancel_before(start + 1s);
  EXPECT_EQ(early->cancelled, 1);
  EXPECT_EQ(read->cancelled, 0);
  EXPECT_EQ(late->cancelled, 0);
  EXPECT_EQ(calls.count(), 2u); // each until it says that it is over
}

TEST(UnreadCalls, PassesThoseThatAreGone) {
  unread_calls calls;
  calls.add(std::make_shared<noting_call>(), {});
  calls.cancel_before(unread_calls::time_point{} + 1s);
  EXPECT_EQ(calls.count(), 1u);
}

} // namespace
} // namespace orderd::cluster
