// The pages of LMDB 0.9 as bytes: what a page, a row in it and a meta page say. Every access is inside the
// page, whatever its bytes are: a page that cannot be is nullopt, never read beyond.
//
// LMDB writes pages in the form of its machine: little-endian, 64 bits, 4,096 bytes here.
#pragma once

#include "runtime/lmdb/lmdb_meta.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace orderd::runtime::lmdb {

using page_number = std::uint64_t;
static_assert(page_bytes == 4'096);

inline constexpr std::size_t sector_bytes = 512; ///< disks write so many whole, or none of them
inline constexpr unsigned sectors_per_page = page_bytes / sector_bytes;
inline constexpr unsigned all_sectors = (1u << sectors_per_page) - 1;
inline constexpr std::size_t page_header_bytes = 16;
inline constexpr page_number metas = 2;   ///< pages 0 and 1 say which pages count
inline constexpr unsigned depth_max = 32; ///< LMDB's own

/// One tree of rows: a named database, the names of all, or the list of free pages.
struct tree {
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t rows = 0;
  page_number root = no_page;

  /// Keys are numbers in the machine's order (MDB_INTEGERKEY), not bytes.
  constexpr bool number_keys() const noexcept { return (flags & 0x08) != 0; }

  static constexpr std::size_t bytes = 48;
  /// nullopt when it cannot be a tree.
  static std::optional<tree> parse(std::string_view record);
};

/// What a meta page says: one committed transaction.
struct meta {
  std::uint64_t transaction = 0;
  page_number last = 0; ///< no page above it was ever used
  tree free;
  tree names;

  /// A meta page's bytes that count.
  static constexpr std::size_t bytes = 152;
  /// LMDB writes a meta page anew from here to `bytes`.
  static constexpr std::size_t changing = 32;
  /// nullopt when these are not the first `bytes` of meta page `number` of a file of ours.
  static std::optional<meta> parse(std::string_view page, page_number number);
};

/// A row in a page, or a child of it.
struct node {
  std::string_view key;
  std::string_view inline_value; ///< of a leaf's row whose value is in the page
  bool overflow = false;         ///< of a leaf's row: the value lies in pages of its own, from `page` on
  bool database = false;         ///< of a leaf's row: the value is a tree
  std::uint64_t value_bytes = 0; ///< of a leaf's row
  page_number page = no_page;    ///< a branch's child, or where the value lies
};

/// A branch or leaf page. Looks at bytes of another.
class page_view {
public:
  page_view() = default;
  /// nullopt when these are not a branch (or a leaf) that says it is page `number`. Pre: page_bytes long.
  static std::optional<page_view> parse(std::string_view bytes, page_number number, bool leaf);

  unsigned count() const noexcept { return count_; }
  /// nullopt when the node does not lie in the page. Pre: `index` below count().
  std::optional<node> at(unsigned index) const;
  /// Where it lies: its beginning, and the ends of its key and of all of it. Pre: at(index).
  struct extent {
    std::size_t begin;
    std::size_t key_end;
    std::size_t end;
  };
  extent extent_of(unsigned index, const node& of) const;
  /// Where the list of nodes ends.
  std::size_t list_end() const noexcept { return page_header_bytes + std::size_t{2} * count_; }

private:
  std::string_view bytes_;
  unsigned count_ = 0;
  bool leaf_ = false;
};

/// Pages that a value of so many bytes takes outside of its leaf.
constexpr std::uint64_t overflow_pages(std::uint64_t bytes) noexcept {
  return (page_header_bytes - 1 + bytes) / page_bytes + 1;
}

/// Whether a page is the first of `pages` or more that hold a value.
bool begins_overflow(std::string_view page, page_number number, std::uint64_t pages);

} // namespace orderd::runtime::lmdb
