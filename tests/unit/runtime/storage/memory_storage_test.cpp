// The faults of the storage in memory do what simulations rely on.
#include "tests/support/memory_storage.hpp"

#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::ElementsAre;

TEST(MemoryStorage, KeepsWhatWasAcknowledgedThroughACrash) {
  memory_disk disk{1};
  auto before = disk.open();
  EXPECT_TRUE(replayed(*before).empty());
  EXPECT_TRUE(append(before->journal(), {make_epoch(0, 1, {})}));
  disk.crash();
  EXPECT_THAT(replayed(*disk.open()), ElementsAre("0/1"));
}

TEST(MemoryStorage, LetsChanceDecideAboutAFailedAppend) {
  int kept = 0;
  for (std::uint64_t seed = 1; seed <= 64; ++seed) {
    memory_disk disk{1, seed};
    auto before = disk.open();
    EXPECT_TRUE(replayed(*before).empty());
    disk.fail_append(2);
    EXPECT_TRUE(append(before->journal(), {make_epoch(0, 1, {})}));
    EXPECT_FALSE(append(before->journal(), {make_epoch(0, 2, {}), make_epoch(0, 3, {})}));
    EXPECT_FALSE(append(before->journal(), {make_epoch(0, 4, {})})) << "it failed before";
    disk.crash();
    const auto after = replayed(*disk.open());
    ASSERT_TRUE(after.size() == 1 || after.size() == 3) << "all of an append or nothing";
    kept += after.size() == 3 ? 1 : 0;
  }
  EXPECT_GT(kept, 10);
  EXPECT_LT(kept, 54);
}

TEST(MemoryStorage, GivesAProcessThatCrashedNothingMore) {
  memory_disk disk{1};
  auto before = disk.open();
  EXPECT_TRUE(replayed(*before).empty());
  auto reader = before->state(0).reader();
  disk.crash();
  EXPECT_FALSE(append(before->journal(), {make_epoch(0, 1, {})}));
  EXPECT_FALSE(before->state(0).apply(std::vector{make_epoch(0, 1, {})}));
  EXPECT_FALSE((*reader)->get({table::state, "a"}));
}

TEST(MemoryStorage, FailsAnApplyOnceAndChangesNothing) {
  memory_disk disk{1};
  auto store = disk.open();
  disk.fail_apply(1);
  const std::vector epochs{make_epoch(0, 1, {write(table::state, "a", "1")})};
  EXPECT_FALSE(store->state(0).apply(epochs));
  EXPECT_EQ(store->state(0).applied_epoch(), 0u);
  EXPECT_TRUE(store->state(0).apply(epochs));
  EXPECT_EQ(read(store->state(0), {table::state, "a"}), "1");
}

TEST(MemoryStorage, IsFullAtItsCapacityAndWorksAgainWhenThereIsMore) {
  memory_disk disk{1};
  auto store = disk.open();
  disk.set_capacity(1000);
  const std::vector small{make_epoch(0, 1, {write(table::state, "a", std::string(500, 'a'))})};
  const std::vector large{make_epoch(0, 2, {write(table::state, "b", std::string(600, 'b'))})};
  EXPECT_TRUE(store->state(0).apply(small));
  EXPECT_GT(store->space()->used, 0.5);
  const auto refused = store->state(0).apply(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, fault_code::storage_full);
  EXPECT_EQ(store->state(0).applied_epoch(), 1u);
  disk.set_capacity(10'000);
  EXPECT_TRUE(store->state(0).apply(large));
}

TEST(MemoryStorage, FindsAFlippedBitOfAValue) {
  memory_disk disk{1};
  auto store = disk.open();
  EXPECT_TRUE(store->state(0).apply(std::vector{make_epoch(0, 1, {write(table::state, "a", "1")})}));
  EXPECT_FALSE(disk.damage_value(0, {table::state, "b"}, 0));
  EXPECT_TRUE(disk.damage_value(0, {table::state, "a"}, 17, 3));
  EXPECT_THAT(read(store->state(0), {table::state, "a"}), testing::HasSubstr("wrong checksum"));
}

} // namespace
} // namespace orderd::test
