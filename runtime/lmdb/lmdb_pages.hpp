// Pages of an LMDB data file, read and checked one by one without LMDB, and walks over its trees.
//
// LMDB believes every page: a flipped bit in one hides rows, or is followed out of the file. A walk believes
// nothing: each page must say its own number, be of the kind its place asks for, keep its nodes within itself
// and its keys in order and within what its parent says, and belong to one place only.
//
// *Operation*: while no commit is under way, or of a transaction that a reader holds. A walk reads every
// branch and leaf page of a tree, and of the overflow pages the first of each run: what a value holds needs a
// checksum of its own. *Concurrency*: one thread. *Failures*: `corrupt` names the page and says what is
// wrong; else os_failure.
#pragma once

#include "runtime/lmdb/lmdb_meta.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace orderd::runtime::lmdb {

/// Where a walk reads.
class page_reader {
public:
  virtual ~page_reader() = default;
  /// Reads `bytes` at the beginning of a page; fewer are there: `corrupt`.
  virtual result<void> read(std::uint64_t page, char* into, std::size_t bytes) const = 0;
  /// Of the file.
  virtual const std::string& name() const noexcept = 0;
};

/// A data file, open for reading, by pages.
class page_file final : public page_reader {
public:
  static result<page_file> open(const std::string& file);
  page_file(page_file&& other) noexcept;
  page_file& operator=(page_file&&) = delete;
  ~page_file() override;

  result<void> read(std::uint64_t page, char* into, std::size_t bytes) const override;
  /// Bytes of the file. It must be a regular one.
  result<std::uint64_t> size() const;
  const std::string& name() const noexcept override { return name_; }

private:
  page_file(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
  std::string name_;
  int fd_;
};

/// Which pages were found, so that none is found twice.
class page_census {
public:
  explicit page_census(std::uint64_t last_page) : seen_(last_page + 1) {}
  std::uint64_t last_page() const noexcept { return seen_.size() - 1; }
  bool seen(std::uint64_t page) const { return seen_[page]; }
  /// Notes a run of pages; false when one of them cannot be, or was noted before.
  bool take(std::uint64_t first, std::uint64_t count);

private:
  std::vector<bool> seen_;
};

/// Sees each row of a tree, in order. `value` is empty when it lies in overflow pages, unless asked for.
using row_visitor = std::function<result<void>(std::string_view key, std::string_view value)>;

struct walk_options {
  bool integer_keys = false; ///< of the list of free pages
  bool whole_values = false; ///< reads overflow pages too
};

/// Walks a tree and notes its pages.
result<void> walk_tree(const page_reader& in, const tree_root& tree, walk_options options, page_census& pages,
                       const row_visitor& visit);

/// Sees rows, and says whether the walk goes on.
using part_visitor = std::function<result<bool>(std::string_view key, std::string_view value)>;

/// Walks what of a tree of byte keys has rows from the key `from` on, until `visit` says false, and so says
/// whether it came to its end. How many pages and rows a tree has is only looked at by a walk through all of
/// it.
result<bool> walk_part(const page_reader& in, const tree_root& tree, std::string_view from,
                       page_census& pages, const part_visitor& visit);

/// Walks the list of free pages and notes them too.
result<void> walk_free_pages(const page_reader& in, const meta_page& meta, page_census& pages);

/// Walks everything of a file whose unnamed database has rows only, and no named databases.
result<void> check_plain_file(const std::string& file);

} // namespace orderd::runtime::lmdb
