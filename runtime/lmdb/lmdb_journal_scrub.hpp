// Looks through an open journal, a slice at a time, each in a read transaction of its own that is given back
// at its end, so that no slice keeps more than a moment's pages from being used again.
//
// A journal grows at one end and is trimmed at the other while it is looked through, and its pages move. So
// the cursor is a key, not a page: a slice walks the tree from the row on at which the slice before ended,
// whatever is left of it, up to the record that was the last when the look began: younger ones are for the
// next.
//
// What a look proves, of everything that was in the journal when it began and when its slice came: each page
// of the tree on the way is what its place asks for (lmdb_pages.hpp), is in one place of what the slice saw
// and is not in the list of free pages; each record is whole (journal_check.hpp); the meta page that leads
// there is the one the append wrote. What it does not: that no page is used twice by parts of the tree that
// different slices saw, and a list of free pages that is longer than a slice is compared only with what the
// first one saw: a start looks at all of it at once (check_plain_file). A branch's key that was changed
// within what the keys below allow: LMDB finds the same rows by it. The disk's own copy of the meta pages:
// every second append writes it anew.
//
// Pages are read past the memory of the operating system where it can be done (O_DIRECT). Where the disk does
// not have what a slice needs but memory still does, and the slice is whole with it, the pages that differ
// are written to the disk anew: the transaction that is held keeps LMDB from using them.
//
// *Concurrency*: one thread, beside the one that appends.
// *Failures*: `corrupt`: neither the disk nor memory has it as it was written.
#pragma once

#include "runtime/lmdb/journal_end.hpp"
#include "runtime/lmdb/lmdb.hpp"
#include "runtime/lmdb/lmdb_pages.hpp"
#include "runtime/storage/scrub.hpp"

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

namespace orderd::runtime {

class journal_scrub {
public:
  /// Where the journal stands after its last append. Called by the scrub's thread.
  using position = std::function<journal_position()>;

  static result<std::unique_ptr<journal_scrub>> make(lmdb::environment& environment,
                                                     const std::string& folder, position committed);
  journal_scrub(const journal_scrub&) = delete;
  journal_scrub& operator=(const journal_scrub&) = delete;
  ~journal_scrub();

  /// As scrubbed_store::verify.
  result<scrub_slice> verify(const scrub_cursor& from, std::size_t bytes_max);
  /// The record that the last `corrupt` was about; 0: none, but pages or what is before the records.
  std::uint64_t bad_record() const noexcept { return bad_record_; }

private:
  struct snapshot {
    lmdb::meta_page meta;
    std::uint64_t last_record = 0;
  };
  class slice_pages;

  journal_scrub(lmdb::transaction reading, std::string file, position committed);
  result<snapshot> renew();
  result<scrub_slice> look(const slice_pages& pages, const snapshot& at, const scrub_cursor& from,
                           std::size_t bytes_max);
  result<void> free_pages(const slice_pages& pages, const snapshot& at, const scrub_cursor& from,
                          std::size_t bytes_max, lmdb::page_census& into);
  result<std::uint64_t> mend(const slice_pages& memory);

  lmdb::transaction reading_;
  std::string file_;
  position committed_;
  int memory_; ///< the data file, read and written through memory
  int disk_;   ///< read past it; -1: it cannot be
  std::unique_ptr<char, decltype(&std::free)> buffer_;
  std::uint64_t bad_record_ = 0;
};

} // namespace orderd::runtime
