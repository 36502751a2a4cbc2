// Reading LMDB's trees without LMDB: page by page from a source that vouches for each, every access inside
// its page. So a row that is not found is proved not to be there, and no content of a file can do harm.
//
// *Concurrency*: a cursor belongs to one thread; the pages of its tree must not change meanwhile (a read
// transaction holds them).
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/lmdb/lmdb_page.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime::lmdb {

/// Where pages come from.
class page_source {
public:
  virtual ~page_source() = default;
  /// Reads one page to the page_bytes at `to`; `corrupt` when it is not what was written there.
  virtual result<void> read(page_number number, char* to) = 0;
  /// Reads as much as there is, and says by bits which of its sectors are what was written there.
  virtual unsigned read_parts(page_number number, char* to) { return read(number, to) ? all_sectors : 0; }
  /// Whether it can vouch for that page at all.
  virtual bool proven(page_number /*number*/) const { return true; }
};

/// A position in a tree, in the order of keys.
class tree_cursor {
public:
  explicit tree_cursor(page_source& pages) : pages_(&pages) {}

  /// Takes another tree, or another state of it: pages read before are read again, unless `same_pages` says
  /// that the tree is of the transaction the last one was of.
  void enter(const tree& of, bool same_pages = false);

  // Each moves, and says whether there is a row. A damaged page on the way is `corrupt`.
  result<bool> first() { return descend_to_edge(0, true); }
  result<bool> last() { return descend_to_edge(0, false); }
  result<bool> find(std::string_view key); ///< this row only; next() and previous() must not follow
  result<bool> seek(std::string_view key); ///< the first row not below `key`
  result<bool> next() { return step(true); }
  result<bool> previous() { return step(false); }

  /// The row it stands on, valid until it moves. Pre: the last move was true.
  std::string_view key() const noexcept { return row_.key; }
  const node& row() const noexcept { return row_; }
  /// Its value; of a long one the pages are read now, and valid until the next is.
  result<std::string_view> value();

private:
  struct level {
    std::array<char, page_bytes> bytes;
    page_number number = no_page;
    page_view page;
    unsigned index = 0;
  };

  result<void> load(std::size_t depth, page_number number);
  result<bool> to_leaf_of(std::string_view key);
  result<bool> descend_to_edge(std::size_t depth, bool lowest);
  result<bool> step(bool forwards);
  result<void> to_child(std::size_t depth);
  result<bool> stand();
  bool empty() const noexcept { return tree_.root == no_page; }

  page_source* pages_;
  tree tree_;
  std::vector<std::unique_ptr<level>> levels_;
  node row_;
  std::string long_value_;
};

/// Reads the value that lies in pages of its own, into `to`.
result<void> read_overflow(page_source& pages, const node& row, std::string& to);

/// What walk() finds. Keys and values are valid during the call.
struct tree_visitor {
  std::function<result<void>(const node& row, std::string_view value)> row;
  /// Rows that cannot be read: keys from `first` on, below `end` (nullopt: all that follow). Where even the
  /// keys of what is lost cannot be read, rows beside it may be found within.
  std::function<result<void>(std::string_view first, const std::optional<std::string>& end)> gap;
  /// May be empty. The keys of a page that nobody vouches for, before what is in it: rows may be missing.
  std::function<void(std::string_view first, const std::optional<std::string>& end)> doubtful = {};
};

/// Visits all rows of a tree in key order, and where a sector is damaged, or keys are not in order and within
/// what the page above says, the gap in place of them. Returns the first fault of a visitor.
result<void> walk(page_source& pages, const tree& of, const tree_visitor& visit);

} // namespace orderd::runtime::lmdb
