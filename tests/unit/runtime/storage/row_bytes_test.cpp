#include "runtime/storage/row_bytes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

row_write write_of(std::size_t key_bytes, std::size_t value_bytes) {
  return {row_key{table::state, std::string(key_bytes, 'k')}, std::string(value_bytes, 'v')};
}

TEST(RowBytes, OfARecordAreThoseOfKeyAndValueAndAHead) {
  EXPECT_EQ(record_bytes(write_of(20, 100)), 136u);
  EXPECT_EQ(record_bytes({row_key{table::state, "key"}, std::nullopt}), 19u);
}

TEST(RowBytes, InMemoryDoNotDependOnTheKeyWhichIsHeldInline) {
  EXPECT_EQ(memory_bytes(write_of(1, 100)), memory_bytes(write_of(62, 100)));
  EXPECT_EQ(memory_bytes(write_of(1, 100)), sizeof(row_write) + 100);
}

TEST(RowBytes, OfAnEpochAreThoseOfAllItsRows) {
  epoch what;
  const auto empty_record = record_bytes(what);
  const auto empty_memory = memory_bytes(what);
  EXPECT_GT(empty_record, 0u) << "any number of empty ones would fit every bound";
  what.writes = {write_of(20, 100), write_of(30, 5)};
  EXPECT_EQ(record_bytes(what), empty_record + 136 + 51);
  EXPECT_EQ(memory_bytes(what), empty_memory + 2 * sizeof(row_write) + 105);
}

/// An open epoch that is below its limit by this count fits a frame, so a record may not take more than it.
TEST(RowBytes, OfARecordAreNoLessThanItReallyTakes) {
  epoch what;
  what.number = what.term = what.previous_term = 1'000'000;
  what.time_ms = 1'700'000'000'000;
  for (std::size_t i = 0; i < 1'000; ++i)
    what.writes.push_back(write_of(40, 1 + i));
  EXPECT_GE(record_bytes(what), encode_epoch(what).size());
}

} // namespace
} // namespace orderd::runtime
