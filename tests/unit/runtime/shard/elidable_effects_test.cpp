#include "runtime/shard/elidable_effects.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

const entity_id a{1, "a"};
const entity_id b{1, "b"};

TEST(ElidableEffects, EndWhatTheInputBeganAndNothingElse) {
  elidable_effects begun;
  begun.timers.push_back({a, 1, 10, nullptr});
  begun.unsettled.push_back({a, {}});
  begun.index.push_back({"key", "value"});
  EXPECT_FALSE(begun.stop_timer(b, 1));
  EXPECT_FALSE(begun.stop_timer(a, 2));
  EXPECT_FALSE(begun.settle(b));
  EXPECT_FALSE(begun.erase_index("other"));
  EXPECT_TRUE(begun.has_rows());
  EXPECT_TRUE(begun.stop_timer(a, 1));
  EXPECT_TRUE(begun.settle(a));
  EXPECT_TRUE(begun.erase_index("key"));
  EXPECT_FALSE(begun.stop_timer(a, 1));
  EXPECT_FALSE(begun.settle(a));
  EXPECT_FALSE(begun.erase_index("key"));
  EXPECT_TRUE(begun.empty());
}

TEST(ElidableEffects, ReplaceAnIndexRowBegunHere) {
  elidable_effects begun;
  std::string value = "new";
  EXPECT_FALSE(begun.put_index("key", value));
  EXPECT_EQ(value, "new") << "taken, though not kept";
  begun.index.push_back({"key", "old"});
  EXPECT_TRUE(begun.put_index("key", value));
  ASSERT_EQ(begun.index.size(), 1u);
  EXPECT_EQ(begun.index[0].value, "new");
}

TEST(ElidableEffects, GiveTheCallersOfAnEntityInOrder) {
  elidable_effects begun;
  begun.waiters.push_back({a, {1, 1}, 0});
  begun.waiters.push_back({b, {1, 2}, 0});
  begun.waiters.push_back({a, {1, 3}, 0});
  const auto taken = begun.resolve(a);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].request_id, 1u);
  EXPECT_EQ(taken[1].request_id, 3u);
  EXPECT_TRUE(begun.resolve(a).empty());
  EXPECT_FALSE(begun.empty());
  EXPECT_FALSE(begun.has_rows());
}

} // namespace
} // namespace orderd::runtime
