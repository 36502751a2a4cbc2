#include "cluster/peers/known_nodes.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(KnownNodes, AreTheOnesOfTheStoreWithTheDisksItHas) {
  known_nodes known{1};
  EXPECT_FALSE(known.check({2, 1})) << "nobody is known at first";
  known.know({{1, 5}, {2, 7}});
  EXPECT_TRUE(known.check({2, 7}));
  EXPECT_FALSE(known.check({2, 6})) << "an old disk";
  EXPECT_FALSE(known.check({2, 8})) << "a disk that nobody announced";
  EXPECT_FALSE(known.check({3, 7})) << "a node that nobody announced";
  EXPECT_FALSE(known.check({1, 5})) << "itself: another process says so";
  known.know({{1, 5}, {2, 6}});
  EXPECT_TRUE(known.check({2, 6})) << "an intact disk came back";
  EXPECT_FALSE(known.check({2, 7}));
}

TEST(KnownNodes, SayWhyTheyAreNotSpokenWith) {
  known_nodes known{1};
  known.know({{2, 7}});
  EXPECT_NE(known.check({9, 1}).error().message.find("no node 9"), std::string::npos);
  EXPECT_NE(known.check({2, 6}).error().message.find("disk 7"), std::string::npos);
}

} // namespace
} // namespace orderd::cluster
