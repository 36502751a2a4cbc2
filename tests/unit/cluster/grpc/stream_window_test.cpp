#include "cluster/grpc/stream_window.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

/// A request of so many units is read; its number.
std::uint64_t read_one(stream_window& window, std::size_t units = 1) {
  window.reading();
  return window.read(units);
}

TEST(StreamWindow, ReadsOneAtATime) {
  stream_window window;
  EXPECT_TRUE(window.wants_read(4));
  window.reading();
  EXPECT_FALSE(window.wants_read(4));
  EXPECT_EQ(window.read(1), 0u);
  EXPECT_TRUE(window.wants_read(4));
  EXPECT_EQ(read_one(window), 1u); // numbers count from 0
}

TEST(StreamWindow, ReadsNoFurtherThanItsShareUntilRepliesAreWritten) {
  stream_window window;
  for (int i = 0; i < 4; ++i)
    read_one(window);
  EXPECT_FALSE(window.wants_read(4));
  window.written(1);
  EXPECT_TRUE(window.wants_read(4));
  EXPECT_FALSE(window.wants_read(3)); // others need more than before
}

TEST(StreamWindow, MayGoBeyondItsShareByOneRequest) {
  stream_window window;
  read_one(window, 3);
  EXPECT_TRUE(window.wants_read(4));
  read_one(window, 64);
  EXPECT_EQ(window.held(), 67u);
  EXPECT_FALSE(window.wants_read(67));
  window.written(64);
  EXPECT_TRUE(window.wants_read(4));
}

TEST(StreamWindow, IsOverWhenAllIsSaidAndWritten) {
  stream_window window;
  EXPECT_FALSE(window.over());
  read_one(window);
  window.reading();
  window.ended();
  EXPECT_FALSE(window.over());
  EXPECT_FALSE(window.wants_read(4)); // nothing comes any more
  window.written(1);
  EXPECT_TRUE(window.over());
}

TEST(StreamWindow, IsOverAtOnceWithoutARequest) {
  stream_window window;
  window.reading();
  window.ended();
  EXPECT_TRUE(window.over());
}

} // namespace
} // namespace orderd::cluster
