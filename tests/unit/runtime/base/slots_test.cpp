// Slots of keys and shards of slots: frozen numbers, because rows lie where they say.
#include "runtime/base/slots.hpp"

#include "runtime/base/result.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {

TEST(Slots, KeepsTheSlotOfAKeyForEver) {
  EXPECT_EQ(hashed_slot(2, "SKU-1"), 8540);
  EXPECT_EQ(hashed_slot(3, "12345"), 1812);
  EXPECT_NE(hashed_slot(2, "12345"), hashed_slot(3, "12345"));
}

TEST(Slots, TakesTheLongestKeyAndNoLongerOne) {
  const std::string longest(limits::key_bytes_max, 'k');
  EXPECT_LT(hashed_slot(1, longest), limits::slots);
  EXPECT_THROW(hashed_slot(1, longest + 'k'), bug);
}

TEST(Slots, GivesEachShardARangeOfEqualSize) {
  EXPECT_EQ(shard_of_slot(0, 4), 0u);
  EXPECT_EQ(shard_of_slot(4'095, 4), 0u);
  EXPECT_EQ(shard_of_slot(4'096, 4), 1u);
  EXPECT_EQ(shard_of_slot(16'383, 4), 3u);
  EXPECT_EQ(shard_of_slot(16'383, 1), 0u);
}

} // namespace orderd::runtime
