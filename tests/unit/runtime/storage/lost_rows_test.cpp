// What damage took: which keys a range has, where it ends, how it is stored and said.
#include "runtime/storage/lost_rows.hpp"

#include <gmock/gmock.h>

namespace orderd::runtime {
namespace {

using testing::HasSubstr;

TEST(LostRows, AreFoundWhereARangeAndAQuestionHaveAKeyInCommon) {
  const lost_rows lost{{{table::content, "ob", "od"}, {table::index, "x", std::nullopt}}};
  struct row {
    table in;
    std::string_view first;
    std::string_view end;
    bool found;
  };
  for (const auto& [in, first, end, found] : {
           row{table::content, "oa", "ob", false}, // ends where it begins
           row{table::content, "oa", "oc", true},
           row{table::content, "oc", "oz", true},
           row{table::content, "od", "", false}, // the end is not lost
           row{table::content, "", "", true},
           row{table::state, "ob", "od", false}, // another table
           row{table::index, "y", "z", true},
           row{table::index, "a", "x", false},
       })
    EXPECT_EQ(lost.between(in, first, end) != nullptr, found) << first << " to " << end;
}

TEST(LostRows, WithoutAnEndGetOneFromTheOtherTableOfTheirKind) {
  lost_rows lost{{{table::content, "ob", std::nullopt}, {table::content, "p", std::nullopt}}};
  EXPECT_TRUE(lost.open_ended(table::content, 'o'));
  lost.close(table::content, 'o', "oz");
  EXPECT_FALSE(lost.open_ended(table::content, 'o'));
  EXPECT_NE(lost.between(table::content, "oz", "oz1"), nullptr) << "the last one too";
  EXPECT_EQ(lost.between(table::content, "oz1", "p"), nullptr);
  EXPECT_TRUE(lost.open_ended(table::content, 'p')) << "another kind";
}

TEST(LostRows, ComeBackAsTheyWereStored) {
  const lost_rows lost{{{table::content, "ob", "od"}, {table::index, std::string("\0x", 2), std::nullopt}}};
  const auto read = lost_rows::decode(lost.encode());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ranges(), lost.ranges());
  EXPECT_TRUE(lost_rows::decode(lost_rows{}.encode())->empty());
  EXPECT_EQ(lost_rows::decode("\xff").error().code, fault_code::corrupt);
}

TEST(LostRows, ComeBackWithTheTimeTheyWereFoundAtAndGoByTheirKeys) {
  lost_rows lost{{{table::content, "ob", "od", 1'790'000'000'000}, {table::state, "ob", "od", 5}}};
  EXPECT_EQ(lost_rows::decode(lost.encode())->ranges()[0].found_ms, 1'790'000'000'000);
  lost.add({table::content, "ob", "od", 7});
  EXPECT_EQ(lost.ranges().size(), 2u) << "the same keys, found again";
  lost.remove({table::content, "ob", "od", 0});
  EXPECT_EQ(lost.between(table::content, "ob", "od"), nullptr);
  EXPECT_NE(lost.between(table::state, "ob", "od"), nullptr);
}

TEST(LostRows, AreNamedByTheKeyThatWasAskedFor) {
  const lost_range range{table::state, "ob", "od"};
  EXPECT_EQ(lost(3, range).code, fault_code::corrupt);
  EXPECT_THAT(lost(3, range).message, HasSubstr("shard 3, table 2, keys from 6f62 to 6f64: wrong checksum"));
  EXPECT_THAT(lost(3, range, "oc").message, HasSubstr("shard 3, table 2, key 6f63: wrong checksum"));
  EXPECT_THAT(lost(0, {table::state, "ob", std::string("ob\0", 3)}).message, HasSubstr(", key 6f62: "));
}

} // namespace
} // namespace orderd::runtime
