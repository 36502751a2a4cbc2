// Pages of many shards as one sorted sequence, read page by page as it is consumed: memory is one page
// a shard.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/orderctl/node_link.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

template <class Row>
struct page {
  std::vector<Row> rows;
  bool more = false;
  std::string next_after = {}; ///< key that the next page begins behind; empty: that of the last row
};

template <class Row>
class merged_pages {
public:
  /// Builds the request for the page of a shard behind the key `after` (empty: its first page).
  using asker = std::function<v1::request(std::uint32_t shard, const std::string& after)>;
  /// Takes the page out of the answer; none when the answer is a refusal or something else.
  using reader = std::function<std::optional<page<Row>>(v1::reply& answer)>;
  using key_of = std::function<const std::string&(const Row&)>;

  /// `after`: where to begin, in every shard. `descending`: each shard gives its greatest key first.
  merged_pages(node_link& node, std::uint32_t shards, const std::string& after, bool descending, asker ask,
               reader read, key_of key)
      : node_(node), descending_(descending), ask_(std::move(ask)), read_(std::move(read)),
        key_(std::move(key)), cursors_(shards) {
    for (auto& at : cursors_)
      at.after = after;
  }

  /// The next row; none at the end, or when a shard refused to answer (see `refused`).
  std::optional<Row> next() {
    cursor* first = nullptr;
    for (std::uint32_t shard = 0; shard < cursors_.size(); ++shard) {
      auto& at = cursors_[shard];
      if (!fill(shard, at))
        return std::nullopt;
      if (at.taken < at.rows.size() && (!first || comes_before(at, *first)))
        first = &at;
    }
    if (!first)
      return std::nullopt;
    return std::move(first->rows[first->taken++]);
  }

  /// The answer that ended the sequence too early.
  const std::optional<v1::reply>& refused() const noexcept { return refused_; }

private:
  struct cursor {
    std::vector<Row> rows;
    std::size_t taken = 0;
    std::string after;
    bool more = true;
  };

  bool comes_before(const cursor& a, const cursor& b) const {
    const auto& left = key_(a.rows[a.taken]);
    const auto& right = key_(b.rows[b.taken]);
    return descending_ ? right < left : left < right;
  }

  bool fill(std::uint32_t shard, cursor& at) {
    while (at.taken == at.rows.size() && at.more) {
      auto answer = node_.call(ask_(shard, at.after));
      auto next_page = read_(answer);
      if (!next_page) {
        refused_ = std::move(answer);
        return false;
      }
      at.rows = std::move(next_page->rows);
      at.taken = 0;
      if (!next_page->next_after.empty())
        at.after = std::move(next_page->next_after);
      else if (!at.rows.empty())
        at.after = key_(at.rows.back());
      else
        next_page->more = false;
      at.more = next_page->more;
    }
    return true;
  }

  node_link& node_;
  bool descending_;
  asker ask_;
  reader read_;
  key_of key_;
  std::vector<cursor> cursors_;
  std::optional<v1::reply> refused_;
};

} // namespace orderd::cluster
