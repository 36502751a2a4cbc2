#include "runtime/storage/rows_digest.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace orderd::runtime {
namespace {

TEST(RowsDigest, OfARowIsAsItWasStoredOnce) {
  EXPECT_EQ(row_hash(table::content, "key", "value"), 16623294587567770031u);
  EXPECT_EQ(row_hash(table::index, "key", ""), 10238264388270421700u);
}

TEST(RowsDigest, IsTheSameWhateverTheOrderAndTellsEveryPartOfARowApart) {
  rows_digest forwards;
  rows_digest backwards;
  const std::vector<std::uint64_t> rows{row_hash(table::content, "k", "v"), row_hash(table::state, "k", "v"),
                                        row_hash(table::content, "l", "v"),
                                        row_hash(table::content, "k", "w"),
                                        row_hash(table::content, "kv", "")};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    forwards.add(rows[i]);
    backwards.add(rows[rows.size() - 1 - i]);
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(rows[i], rows[j]) << i << ' ' << j;
  }
  EXPECT_EQ(forwards, backwards);
  EXPECT_EQ(forwards.rows, 5u);
  for (const auto each : rows)
    forwards.remove(each);
  EXPECT_EQ(forwards, rows_digest{});
  forwards.add(rows[0]);
  forwards.add(rows[0]);
  EXPECT_NE(forwards.hash, 0u) << "a row that is there twice is not none";
}

TEST(RowsDigest, SeesTheValueOfAStoredRow) {
  const row_key key{table::state, "k"};
  EXPECT_EQ(unsealed(seal_value(3, 9, key, "value")), "value");
  EXPECT_EQ(unsealed(seal_value(3, 9, key, "")), "");
  EXPECT_EQ(unsealed("short"), "short");
}

/// Rows change at any place while they are passed bit by bit: in the end those that were seen are those there
/// are.
TEST(PassedRows, FollowWhatChangesBehindThem) {
  std::mt19937 random{17};
  using rows = std::map<std::pair<std::uint32_t, std::string>, std::string>;
  for (int trial = 0; trial < 50; ++trial) {
    rows there;
    passed_rows passed;
    const auto hash = [](const auto& key, const auto& value) {
      return row_hash(row_place{static_cast<std::uint16_t>(key.first)}.in(), key.second, value);
    };
    const auto change = [&] {
      const std::pair key{static_cast<std::uint32_t>(256 + 300 * (random() % 3)),
                          std::string(1, "abcdefgh"[random() % 8])};
      rows_digest by;
      if (const auto old = there.find(key); old != there.end()) {
        by.remove(hash(key, old->second));
        there.erase(old);
      }
      if (random() % 3 != 0) {
        there[key] = std::to_string(random());
        by.add(hash(key, there[key]));
      }
      if (passed.has(row_place{static_cast<std::uint16_t>(key.first)}, key.second))
        passed.change(by);
    };
    for (int i = 0; i < 20; ++i)
      change();
    passed.begin();
    EXPECT_TRUE(passed.following());
    for (auto at = there.begin(); at != there.end();) {
      rows_digest read;
      auto last = at;
      for (unsigned i = 0; i <= random() % 3 && at != there.end(); ++i) {
        last = at++;
        read.add(hash(last->first, last->second));
      }
      passed.pass(last->first.first, last->first.second, read);
      const auto key = last->first;
      for (unsigned i = 0; i < random() % 6; ++i)
        change();
      at = there.upper_bound(key);
    }
    rows_digest all;
    for (const auto& [key, value] : there)
      all.add(hash(key, value));
    EXPECT_EQ(passed.of(), all) << trial;
  }
}

} // namespace
} // namespace orderd::runtime
