#include "runtime/storage/commit_tracker.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

constexpr replica_id self{0, 7};

TEST(CommitTracker, CountsWhatTheReplicaHoldsAtTheStart) {
  EXPECT_EQ(commit_tracker(self, 41).committed(), 41u);
}

TEST(CommitTracker, CommitsWhatTheMemberAcknowledges) {
  commit_tracker commits{self, 0};
  commits.acknowledge(self, 3);
  EXPECT_EQ(commits.committed(), 3u);
}

TEST(CommitTracker, NeverFallsWhenAcknowledgementsComeOutOfOrder) {
  commit_tracker commits{self, 0};
  commits.acknowledge(self, 5);
  commits.acknowledge(self, 4);
  EXPECT_EQ(commits.committed(), 5u);
}

TEST(CommitTracker, IgnoresStrangersAndOldIncarnations) {
  commit_tracker commits{self, 1};
  commits.acknowledge({1, 7}, 9);
  commits.acknowledge({0, 6}, 9);
  EXPECT_EQ(commits.committed(), 1u);
}

} // namespace
} // namespace orderd::runtime
