#include "cluster/gateway/read_room.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(ReadRoom, GrowsWhenAReadFillsItAndShrinksOnceNothingComes) {
  read_room room;
  EXPECT_EQ(room.bytes(), limits::read_bytes_at_rest);
  EXPECT_FALSE(room.took(limits::read_bytes_at_rest - 1));
  EXPECT_TRUE(room.took(limits::read_bytes_at_rest));
  EXPECT_EQ(room.bytes(), limits::read_bytes_max);
  EXPECT_FALSE(room.took(limits::read_bytes_max));
  EXPECT_FALSE(room.rested()); // something came in this time
  EXPECT_TRUE(room.rested());
  EXPECT_EQ(room.bytes(), limits::read_bytes_at_rest);
  EXPECT_FALSE(room.rested()); // only the first time
  EXPECT_FALSE(room.took(1));
  EXPECT_FALSE(room.rested());
  EXPECT_TRUE(room.rested());
}

} // namespace
} // namespace orderd::cluster
