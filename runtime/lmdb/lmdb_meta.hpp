// What an LMDB data file says of itself, read and checked without LMDB: its two meta pages and its size.
//
// LMDB trusts them. It takes the meta page with the higher transaction number, whatever is in it, makes a
// new environment of an empty file, and maps what is not there: touching a page behind the end of a
// truncated file is SIGBUS. So everything that opens a data file asks here first.
//
// *Operation*: `read_meta_pages` before the file is opened, or while this process has it open and no commit
// is under way. It reads only these two pages, unless the file is shorter than its pages: then it also reads
// the list of free ones, the only pages that may be behind the end.
// *Failures*: `corrupt` names the file and says what is wrong; `unsupported_version` for a file of another
// LMDB; what the operating system says (no permission, a directory, a read error) as os_failure does.
// *Limitations*: the layout is that of LMDB 0.9 on 64-bit little-endian machines, as in FORMAT.md.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace orderd::runtime::lmdb {

constexpr std::uint32_t page_bytes = 4096;
/// Pages 0 and 1 are the meta pages; a tree's pages begin behind them.
constexpr std::uint64_t meta_page_count = 2;
/// The root of a tree without pages.
constexpr std::uint64_t no_page = ~std::uint64_t{0};

/// A B-tree, as a meta page or the row of a named database describes it.
struct tree_root {
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = no_page;
};

struct meta_page {
  std::uint64_t transaction = 0; ///< that wrote it
  std::uint64_t last_page = 0;   ///< the highest that is used
  tree_root free;                ///< the list of free pages
  tree_root main;                ///< the unnamed database
  std::uint64_t trees = 0;       ///< hash of all that the transaction wrote in it, but for its number
};

struct meta_pages {
  meta_page newest; ///< what LMDB goes by
  meta_page older;  ///< its trees may be of an append that failed: good only for its number
  std::uint64_t file_bytes = 0;
};

class page_reader; // lmdb_pages.hpp

/// The meta pages of a data file; nullopt when there is no such file, or an empty one.
result<std::optional<meta_pages>> read_meta_pages(const std::string& file);

/// The meta page of a transaction of a file that is open: of a later one if two were committed since.
result<meta_page> read_meta_page(const page_reader& in, std::uint64_t transaction);

/// `meta_page::trees` of that transaction, of a file that is open. Pre: it is one of the last two.
result<std::uint64_t> read_trees(int fd, const std::string& file, std::uint64_t transaction);

/// As it says, of a file that must be there: one that is missing or empty is `corrupt` too.
result<meta_pages> require_meta_pages(const std::string& file);

} // namespace orderd::runtime::lmdb
