#include "runtime/storage/state_rows.hpp"

#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::ElementsAre;

std::vector<std::string> merged(std::vector<epoch_ptr> epochs) {
  std::vector<std::string> out;
  for (const auto& row : merge_writes(epochs)) {
    out.push_back(std::to_string(static_cast<unsigned>(row.write->key.in())) + ":"
                  + std::string{row.write->key.key()} + "=" + row.write->value.value_or("none") + "@"
                  + std::to_string(row.epoch));
  }
  return out;
}

TEST(StateRows, KeepsTheLastWriteOfEachRow) {
  EXPECT_THAT(merged({make_epoch(0, 1, {write(table::state, "b", "1"), write(table::state, "a", "1")}),
                      make_epoch(0, 2, {erase(table::state, "b"), write(table::state, "c", "2")}),
                      make_epoch(0, 3, {write(table::state, "a", "3")})}),
              ElementsAre("2:a=3@3", "2:b=none@2", "2:c=2@2"));
}

TEST(StateRows, OrdersByTableAndThenByKey) {
  EXPECT_THAT(merged({make_epoch(0, 1,
                                 {write(table::index, "a", ""), write(table::state, "12345678z", ""),
                                  write(table::state, "1", ""), write(table::state, "123456789a", ""),
                                  write(table::state, "12345678", ""), write(table::content, "z", ""),
                                  write(table::index, "b1", ""), write(table::index, "a2", "")})}),
              ElementsAre("1:z=@1", "2:1=@1", "2:12345678=@1", "2:123456789a=@1", "2:12345678z=@1", "9:a=@1",
                          "9:a2=@1", "9:b1=@1"));
}

TEST(StateRows, TellsShortKeysFromKeysWithZeros) {
  const std::string zero{"a\0", 2};
  EXPECT_EQ(merged({make_epoch(0, 1, {write(table::index, zero, "z"), write(table::index, "a", "")})}).size(),
            2u);
}

TEST(StateRows, PutsKindsOfEntitiesIntoPlacesOfTheirOwn) {
  EXPECT_NE(row_place::of(table::state, "\1x"), row_place::of(table::state, "\2x"));
  EXPECT_EQ(row_place::of(table::index, "\1x"), row_place::of(table::index, "\2x"));
  const auto place = row_place::of(table::content, "\xffx");
  EXPECT_EQ(place.in(), table::content);
  EXPECT_EQ(place.kind(), 255u);
  EXPECT_LT(place.number(), row_place::numbers);
}

TEST(StateRows, FindsTheKeyAfterAPrefix) {
  EXPECT_EQ(key_after_prefix("ab"), "ac");
  EXPECT_EQ(key_after_prefix("a\xff"), "b");
  EXPECT_EQ(key_after_prefix("\xff\xff"), "");
  EXPECT_EQ(key_after_prefix(""), "");
}

TEST(StateRows, RefusesARowWithAnImpossibleKey) {
  const auto sealed = seal_value(0, 1, {table::state, "k"}, "v");
  EXPECT_TRUE(open_row(0, table::state, "k", sealed));
  EXPECT_FALSE(open_row(0, table::state, std::string(63, 'k'), sealed));
  EXPECT_FALSE(open_row(0, table::state, "", sealed));
}

} // namespace
} // namespace orderd::test
