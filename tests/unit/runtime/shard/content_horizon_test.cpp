#include "runtime/shard/content_horizon.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

row_key content(std::string_view key) {
  return {table::content, key};
}

TEST(ContentHorizon, BeginsBelowEveryKey) {
  EXPECT_TRUE(content_horizon{}.is_above(content("a")));
}

TEST(ContentHorizon, TakesUpToTheHighestStoredKeyNothingForNew) {
  content_horizon horizon;
  horizon.start(content("m"));
  EXPECT_FALSE(horizon.is_above(content("a")));
  EXPECT_FALSE(horizon.is_above(content("m")));
  EXPECT_TRUE(horizon.is_above(content("n")));
}

TEST(ContentHorizon, TakesNothingForNewWhenTheStoreCannotSay) {
  content_horizon horizon;
  horizon.start_unknown();
  EXPECT_FALSE(horizon.is_above(content(std::string(row_key::key_bytes_max, '\xfe'))));
  horizon.written(content("a"));
  horizon.closed(1);
  horizon.applied(1);
  EXPECT_FALSE(horizon.is_above(content("b")));
}

TEST(ContentHorizon, RisesWhenAnEpochIsAppliedAndNotBefore) {
  content_horizon horizon;
  horizon.written(content("b"));
  EXPECT_TRUE(horizon.is_above(content("b"))) << "open";
  horizon.closed(1);
  EXPECT_TRUE(horizon.is_above(content("b"))) << "closed";
  horizon.applied(1);
  EXPECT_FALSE(horizon.is_above(content("b")));
}

TEST(ContentHorizon, KeepsTheKeysOfEpochsApart) {
  content_horizon horizon;
  horizon.written(content("b"));
  horizon.closed(1);
  horizon.written(content("d"));
  horizon.closed(2);
  horizon.applied(1);
  EXPECT_FALSE(horizon.is_above(content("b")));
  EXPECT_TRUE(horizon.is_above(content("c")));
  horizon.applied(2);
  EXPECT_FALSE(horizon.is_above(content("d")));
}

TEST(ContentHorizon, NeverFallsForALowerKey) {
  content_horizon horizon;
  horizon.start(content("m"));
  horizon.written(content("a"));
  horizon.closed(1);
  horizon.applied(1);
  EXPECT_FALSE(horizon.is_above(content("m")));
}

TEST(ContentHorizon, RisesOverSeveralEpochsAtOnce) {
  content_horizon horizon;
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
    horizon.written(content(std::string(1, static_cast<char>('a' + epoch))));
    horizon.closed(epoch);
  }
  horizon.applied(3);
  EXPECT_FALSE(horizon.is_above(content("d")));
  EXPECT_TRUE(horizon.is_above(content("e")));
}

} // namespace
} // namespace orderd::runtime
