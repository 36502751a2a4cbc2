#include "runtime/lmdb/lmdb_meta.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/lmdb/lmdb_page.hpp"
#include "runtime/lmdb/lmdb_pages.hpp"

#include <cerrno>
#include <unistd.h>

namespace orderd::runtime::lmdb {

namespace {

// MDB_page's header, then MDB_meta: lmdb/mdb.c. Every number is in the byte order of the machine.
constexpr std::size_t flags_at = 10;
constexpr std::uint16_t meta_flag = 0x08;
constexpr std::size_t meta_bytes = 136;
constexpr std::size_t version_at = 4;
constexpr std::size_t written_at = 16; ///< from here on a commit writes it
constexpr std::size_t free_tree_at = 24;
constexpr std::size_t tree_flags_at = 4; ///< within a tree
constexpr std::uint16_t integer_keys = 0x08;
constexpr std::size_t main_tree_at = 72;
constexpr std::size_t last_page_at = 120;
constexpr std::size_t transaction_at = 128;
constexpr std::uint32_t magic = 0xBEEFC0DE;
constexpr std::uint32_t known_version = 1;
/// Deeper trees overflow LMDB's cursors.
constexpr std::uint16_t depth_max = 32;

template <class T>
T native(std::string_view from, std::size_t at) noexcept {
  T out;
  std::memcpy(&out, from.data() + at, sizeof out);
  return out;
}

tree_root tree_at(std::string_view meta, std::size_t at) {
  return {native<std::uint16_t>(meta, at + 6),  native<std::uint64_t>(meta, at + 8),
          native<std::uint64_t>(meta, at + 16), native<std::uint64_t>(meta, at + 24),
          native<std::uint64_t>(meta, at + 32), native<std::uint64_t>(meta, at + 40)};
}

std::uint64_t trees_of(std::string_view meta) {
  return hash_bytes(meta.substr(written_at, transaction_at - written_at));
}

fault damaged(const std::string& file, const std::string& what) {
  return {fault_code::corrupt, file + " is damaged: " + what};
}

/// What is wrong with a tree's description; empty: nothing.
std::string wrong_with(const tree_root& tree, std::uint64_t last_page) {
  if (tree.root == no_page)
    return tree.depth == 0 ? "" : "a tree without a root has a depth";
  if (tree.root < meta_page_count || tree.root > last_page)
    return "a root is page " + std::to_string(tree.root) + " of " + std::to_string(last_page + 1);
  return tree.depth >= 1 && tree.depth <= depth_max ? "" : "a tree has a depth that cannot be";
}

result<meta_page> read_page(const page_reader& in, std::uint64_t number) {
  char bytes[page_header_bytes + meta_bytes];
  if (auto done = in.read(number, bytes, sizeof bytes); !done)
    return done.error();
  const std::string_view page{bytes, sizeof bytes};
  const auto meta = page.substr(page_header_bytes);
  const auto name = "meta page " + std::to_string(number);
  if (native<std::uint64_t>(page, 0) != number || native<std::uint16_t>(page, flags_at) != meta_flag
      || native<std::uint32_t>(meta, 0) != magic)
    return damaged(in.name(), name + " is none");
  if (const auto version = native<std::uint32_t>(meta, version_at); version != known_version)
    return fault{fault_code::unsupported_version, in.name() + ": " + name + " is of version "
                                                      + std::to_string(version) + ", this program knows 1"};
  // The page size stands in the unused word of the first tree.
  if (const auto size = native<std::uint32_t>(meta, free_tree_at); size != page_bytes)
    return damaged(in.name(), name + " says that pages have " + std::to_string(size) + " bytes, not 4096");
  if (native<std::uint16_t>(meta, free_tree_at + tree_flags_at) != integer_keys
      || native<std::uint16_t>(meta, main_tree_at + tree_flags_at) != 0)
    return damaged(in.name(), name + " asks for another order of keys");
  return meta_page{native<std::uint64_t>(meta, transaction_at), native<std::uint64_t>(meta, last_page_at),
                   tree_at(meta, free_tree_at), tree_at(meta, main_tree_at), trees_of(meta)};
}

/// Whether it can be what a transaction wrote.
result<void> check_page(const page_reader& in, const meta_page& what) {
  if (what.last_page < meta_page_count - 1)
    return damaged(in.name(), "its last page cannot be " + std::to_string(what.last_page));
  for (const auto& tree : {what.free, what.main}) {
    if (const auto wrong = wrong_with(tree, what.last_page); !wrong.empty())
      return damaged(in.name(), wrong);
  }
  return {};
}

/// Each commit takes the next number, and the meta page that fits it. A new file has 0 twice.
bool numbered_rightly(const meta_page& zero, const meta_page& one) {
  if (zero.transaction == 0 && one.transaction == 0)
    return true;
  return zero.transaction % 2 == 0 && one.transaction % 2 == 1
         && (zero.transaction + 1 == one.transaction || one.transaction + 1 == zero.transaction);
}

/// A file may be shorter than its pages when those behind its end are free: they were never written.
result<void> check_end(const page_file& in, const meta_pages& found) {
  const auto whole_pages = found.file_bytes / page_bytes;
  if (found.newest.last_page < whole_pages)
    return {};
  const auto too_short = damaged(in.name(), "it has " + std::to_string(found.file_bytes) + " bytes, but "
                                                + std::to_string(found.newest.last_page + 1)
                                                + " pages of 4096 are in use: its end is missing");
  // However short, a file cannot lack more than what one commit leaves unwritten; a number that was
  // damaged would ask for as much memory as it says.
  if (found.newest.last_page > whole_pages + (std::uint64_t{1} << 24))
    return too_short;
  page_census pages{found.newest.last_page};
  if (!walk_free_pages(in, found.newest, pages))
    return too_short;
  for (auto page = whole_pages; page <= found.newest.last_page; ++page) {
    if (!pages.seen(page))
      return too_short;
  }
  return {};
}

result<meta_pages> read_all(const page_file& in, std::uint64_t file_bytes) {
  if (file_bytes < meta_page_count * page_bytes)
    return damaged(in.name(), "it has only " + std::to_string(file_bytes) + " bytes");
  const auto zero = read_page(in, 0);
  if (!zero)
    return zero.error();
  const auto one = read_page(in, 1);
  if (!one)
    return one.error();
  if (!numbered_rightly(*zero, *one))
    return damaged(in.name(), "its meta pages are of the transactions " + std::to_string(zero->transaction)
                                  + " and " + std::to_string(one->transaction)
                                  + ", which do not follow each other");
  const bool first = zero->transaction >= one->transaction;
  const meta_pages out{first ? *zero : *one, first ? *one : *zero, file_bytes};
  if (auto done = check_page(in, out.newest); !done)
    return done.error();
  if (auto done = check_end(in, out); !done)
    return done.error();
  return out;
}

} // namespace

result<std::optional<meta_pages>> read_meta_pages(const std::string& file) {
  const auto there = file_exists(file);
  if (!there)
    return there.error();
  if (!*there)
    return std::optional<meta_pages>{};
  const auto in = page_file::open(file);
  if (!in)
    return in.error();
  const auto bytes = in->size();
  if (!bytes)
    return bytes.error();
  if (*bytes == 0)
    return std::optional<meta_pages>{};
  auto found = read_all(*in, *bytes);
  if (!found)
    return found.error();
  return std::optional{*found};
}

result<meta_page> read_meta_page(const page_reader& in, std::uint64_t transaction) {
  auto found = read_page(in, transaction % meta_page_count);
  if (!found)
    return found;
  if (auto done = check_page(in, *found); !done)
    return done.error();
  return found;
}

result<std::uint64_t> read_trees(int fd, const std::string& file, std::uint64_t transaction) {
  char bytes[meta_bytes];
  const auto at = static_cast<off_t>(transaction % 2 * page_bytes + page_header_bytes);
  const auto got = pread(fd, bytes, sizeof bytes, at);
  if (got != static_cast<ssize_t>(sizeof bytes))
    return os_failure(got < 0 ? errno : EIO, "read a meta page", file);
  const std::string_view meta{bytes, sizeof bytes};
  if (native<std::uint64_t>(meta, transaction_at) != transaction)
    return damaged(file, "the meta page of transaction " + std::to_string(transaction) + " is not there");
  return trees_of(meta);
}

result<meta_pages> require_meta_pages(const std::string& file) {
  const auto found = read_meta_pages(file);
  if (!found)
    return found.error();
  if (!*found)
    return damaged(file, "it is missing or empty, but once had rows");
  return **found;
}

} // namespace orderd::runtime::lmdb
