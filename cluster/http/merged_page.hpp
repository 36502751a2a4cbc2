// Pages of many shards as one: the next rows in the order of their keys, and where to go on.
//
// *Operation*: each shard was asked for its rows behind the same key. Rows are taken up to `limit`, and no
// further than to the end of a page that has more behind it: what follows may be that shard's.
//
// Pure; one thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

template <class Row>
struct keyed_row {
  std::string key;
  Row row;
};

template <class Row>
struct shard_page {
  std::vector<keyed_row<Row>> rows;
  bool more = false;
  std::string end = {}; ///< of one that has more: the key that its next page begins behind
};

template <class Row>
struct merged_page {
  std::vector<Row> rows;
  std::optional<std::string> next; ///< the key to go on behind; none: that is all
};

enum class key_order : std::uint8_t { ascending, descending };

template <class Row>
merged_page<Row> merge_pages(std::vector<shard_page<Row>> pages, key_order in, std::size_t limit) {
  const auto before = [in](const std::string& a, const std::string& b) {
    return in == key_order::ascending ? a < b : b < a;
  };
  std::optional<std::string> end; // the first end of a page that has more
  std::vector<keyed_row<Row>> all;
  for (auto& page : pages) {
    if (page.more && (!end || before(page.end, *end)))
      end = page.end;
    std::move(page.rows.begin(), page.rows.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return before(a.key, b.key); });
  merged_page<Row> out;
  out.next = end;
  for (auto& each : all) {
    if (end && before(*end, each.key))
      break;
    if (out.rows.size() == limit) {
      out.next = std::move(all[limit - 1].key);
      break;
    }
    out.rows.push_back(std::move(each.row));
  }
  return out;
}

} // namespace orderd::cluster
