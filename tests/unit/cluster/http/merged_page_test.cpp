#include "cluster/http/merged_page.hpp"

#include "cluster/http/list_cursor.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

shard_page<std::string> page(std::vector<std::string> keys, bool more, std::string end = {}) {
  shard_page<std::string> out{.rows = {}, .more = more, .end = std::move(end)};
  if (out.end.empty() && !keys.empty())
    out.end = keys.back();
  for (auto& key : keys)
    out.rows.push_back({key, key});
  return out;
}

struct merged_case {
  std::vector<shard_page<std::string>> pages;
  key_order in;
  std::size_t limit;
  std::vector<std::string> rows;
  std::optional<std::string> next;
};

TEST(MergedPage, GoesNoFurtherThanEveryShardHasTold) {
  using enum key_order;
  const merged_case all[] = {
      {{page({}, false), page({}, false)}, ascending, 5, {}, std::nullopt},
      {{page({"a", "d"}, false), page({"b"}, false)}, ascending, 5, {"a", "b", "d"}, std::nullopt},
      {{page({"a", "d"}, false), page({"b"}, false)}, ascending, 2, {"a", "b"}, "b"},
      {{page({"a", "d"}, false), page({"b"}, false)}, ascending, 3, {"a", "b", "d"}, std::nullopt},
      // "c" may be the next of the second shard.
      {{page({"a", "d"}, false), page({"b"}, true)}, ascending, 5, {"a", "b"}, "b"},
      {{page({"d", "a"}, false), page({"c"}, true)}, descending, 5, {"d", "c"}, "c"},
      {{page({"d", "c", "a"}, true), page({"e", "b"}, true)}, descending, 3, {"e", "d", "c"}, "c"},
      // Rows that are left out: the page ends behind its last row.
      {{page({"a", "d"}, false), page({}, true, "c")}, ascending, 5, {"a"}, "c"},
      {{page({}, true, "c")}, ascending, 5, {}, "c"},
  };
  for (const auto& each : all) {
    const auto got = merge_pages(each.pages, each.in, each.limit);
    EXPECT_EQ(got.rows, each.rows);
    EXPECT_EQ(got.next, each.next);
  }
}

TEST(ListCursor, ComesBackAsItWas) {
  for (const auto& key :
       std::vector<std::string>{"A", "AB", "ABC", std::string("\0\xFF\x01", 3), std::string(40, 'x')}) {
    const auto cursor = make_cursor('o', key);
    EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_EQ(read_cursor('o', cursor), key);
    EXPECT_FALSE(read_cursor('s', cursor)) << "of another list";
    EXPECT_FALSE(read_cursor('o', cursor + "="));
  }
  for (const auto* bad : {"", "o", "bw", "!!!!", "b0E="})
    EXPECT_FALSE(read_cursor('o', bad)) << bad;
}

} // namespace
} // namespace orderd::cluster
