// Taking over another replica's rows, and comparing replicas, on every implementation of the storage port.
#include "runtime/storage/rows_digest.hpp"
#include "runtime/storage/state_hash.hpp"
#include "tests/support/storage_harness.hpp"

#include <gtest/gtest.h>

namespace orderd::test {
namespace {

using namespace runtime;

template <class Harness>
class StateCopy : public testing::Test {
protected:
  std::uint64_t hash(std::uint32_t shard) {
    auto reader = store_->state(shard).reader();
    const auto hashed = state_hash(**reader);
    EXPECT_TRUE(hashed) << hashed.error().message;
    return hashed ? *hashed : 0;
  }

  Harness disk_{2};
  std::unique_ptr<storage> store_ = disk_.open();
};
using implementations = testing::Types<lmdb_harness, memory_harness>;
TYPED_TEST_SUITE(StateCopy, implementations);

std::vector<row_write> sample_rows() {
  return {write(table::state, "a", "1"), write(table::state, "b", ""), write(table::index, "a", "2")};
}

TYPED_TEST(StateCopy, ReplacesAllRowsAndGoesOnFromTheEpochOfTheCopy) {
  auto& state = this->store_->state(0);
  ASSERT_TRUE(state.apply(std::vector{make_epoch(0, 1, {write(table::state, "old", "1")})}));
  ASSERT_TRUE(state.clear());
  EXPECT_EQ(state.applied_epoch(), 0u);
  EXPECT_EQ(state.applied_term(), 0u);
  EXPECT_EQ(read(state, {table::state, "old"}), "");
  ASSERT_TRUE(state.load(sample_rows()));
  ASSERT_TRUE(state.load(std::vector{write(table::state, "a", "newer"), erase(table::state, "b")}));
  ASSERT_TRUE(state.set_applied({70, 4, 9, 8}));
  ASSERT_TRUE(state.apply(std::vector{make_epoch(0, 71, {write(table::state, "c", "3")}, 5)}));
  this->store_.reset();
  this->store_ = this->disk_.open();
  auto& again = this->store_->state(0);
  EXPECT_EQ(again.applied_epoch(), 71u);
  EXPECT_EQ(again.applied_term(), 5u);
  EXPECT_EQ(read(again, {table::state, "old"}), "");
  EXPECT_EQ(read(again, {table::state, "a"}), "newer");
  EXPECT_EQ(read(again, {table::index, "a"}), "2");
  EXPECT_EQ(read(again, {table::state, "c"}), "3");
}

TYPED_TEST(StateCopy, KeepsOfAKeyThatComesTwiceTheLast) {
  ASSERT_TRUE(this->store_->state(0).load(
      std::vector{write(table::state, "a", "1"), erase(table::state, "a"), write(table::state, "a", "3")}));
  EXPECT_EQ(read(this->store_->state(0), {table::state, "a"}), "3");
}

TYPED_TEST(StateCopy, TakesRowsForAStateThatHasEpochsForABug) {
  auto& state = this->store_->state(0);
  ASSERT_TRUE(state.apply(std::vector{make_epoch(0, 1, {})}));
  EXPECT_THROW((void)state.load(sample_rows()), bug);
  EXPECT_THROW((void)state.set_applied({2, 1}), bug);
}

TYPED_TEST(StateCopy, HashesTheSameRowsAlikeWhateverWroteThem) {
  ASSERT_TRUE(this->store_->state(0).load(sample_rows()));
  ASSERT_TRUE(this->store_->state(1).apply(
      std::vector{make_epoch(1, 1, {write(table::state, "gone", "1"), write(table::state, "a", "0")}),
                  make_epoch(1, 2, sample_rows()), make_epoch(1, 3, {erase(table::state, "gone")})}));
  EXPECT_EQ(this->hash(0), this->hash(1));
}

TYPED_TEST(StateCopy, KnowsTheDigestOfItsRowsWhateverWroteThem) {
  EXPECT_EQ(this->store_->state(0).rows(), rows_digest{});
  ASSERT_TRUE(this->store_->state(0).load(sample_rows()));
  ASSERT_TRUE(this->store_->state(0).set_applied({3, 1, 0, 0}));
  ASSERT_TRUE(this->store_->state(1).apply(
      std::vector{make_epoch(1, 1, {write(table::state, "gone", "1"), write(table::state, "a", "0")}),
                  make_epoch(1, 2, sample_rows())}));
  EXPECT_EQ(this->store_->state(1).rows().rows, 4u);
  ASSERT_TRUE(this->store_->state(1).apply(
      std::vector{make_epoch(1, 3, {erase(table::state, "gone"), erase(table::state, "never")})}));
  rows_digest expected;
  for (const auto& row : sample_rows())
    expected.add(row_hash(row.key.in(), row.key.key(), *row.value));
  for (int starts = 0; starts < 2; ++starts) {
    EXPECT_EQ(this->store_->state(0).rows(), expected) << starts;
    EXPECT_EQ(this->store_->state(1).rows(), expected) << starts;
    this->store_.reset();
    this->store_ = this->disk_.open();
  }
  ASSERT_TRUE(this->store_->state(0).clear());
  EXPECT_EQ(this->store_->state(0).rows(), rows_digest{});
}

TYPED_TEST(StateCopy, HashesAnyOtherRowsOtherwise) {
  const std::vector<std::vector<row_write>> others{
      {},
      {write(table::state, "a", "1")},
      {write(table::index, "a", "1")},
      {write(table::state, "a", "2")},
      {write(table::state, "a1", "")},
      {write(table::state, "a", "1"), write(table::state, "b", "")},
  };
  std::vector<std::uint64_t> seen;
  for (const auto& rows : others) {
    ASSERT_TRUE(this->store_->state(0).clear());
    ASSERT_TRUE(this->store_->state(0).load(rows));
    seen.push_back(this->hash(0));
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST(StateHash, IsRefusedOfADamagedRow) {
  memory_disk disk{1};
  auto store = disk.open();
  ASSERT_TRUE(store->state(0).load(sample_rows()));
  ASSERT_TRUE(disk.damage_value(0, {table::index, "a"}, 17));
  const auto hashed = state_hash(**store->state(0).reader());
  ASSERT_FALSE(hashed);
  EXPECT_EQ(hashed.error().code, fault_code::corrupt);
}

} // namespace
} // namespace orderd::test
