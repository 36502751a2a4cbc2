// Looks through an open lmdb_state, a slice at a time, each in a read transaction of its own: first every
// page up to the last one, then every row.
//
// Pages are read past the memory of the operating system where it can be done (O_DIRECT): what is looked at
// is the disk, and what the node needs stays in memory. A page that the transaction uses is not written
// meanwhile, so one that is not what was written is damaged; one that is free may be. Where memory still has
// it as it was, it is written to the disk anew.
//
// *Concurrency*: one thread, beside the one that applies and those that read.
// *Limitations*: the file "sums" itself is not looked through; a damaged sector of it shows at the next
// start.
#pragma once

#include "runtime/lmdb/lmdb.hpp"
#include "runtime/lmdb/page_sums.hpp"
#include "runtime/storage/scrub.hpp"
#include "runtime/storage/state_rows.hpp"

#include <cstdlib>
#include <memory>

namespace orderd::runtime {

class lmdb_scrub {
public:
  static result<std::unique_ptr<lmdb_scrub>> make(lmdb::environment& environment, lmdb::page_sums& pages,
                                                  std::uint32_t shard);
  lmdb_scrub(const lmdb_scrub&) = delete;
  lmdb_scrub& operator=(const lmdb_scrub&) = delete;
  ~lmdb_scrub();

  /// As scrubbed_store::verify.
  result<scrub_slice> verify(const scrub_cursor& from, std::size_t bytes_max);

private:
  lmdb_scrub(lmdb::transaction reading, lmdb::page_sums& pages, std::uint32_t shard);
  result<lmdb::meta> renew();
  result<void> pages_of(const lmdb::meta& at, std::size_t bytes_max, scrub_slice& out);
  result<void> wrong_pages(const lmdb::meta& at, const std::vector<lmdb::page_number>& wrong,
                           scrub_slice& out);
  result<void> rows_of(const lmdb::meta& at, std::size_t bytes_max, scrub_slice& out);
  result<void> rows_of_place(row_place place, const lmdb::tree& rows, std::size_t bytes_end,
                             scrub_slice& out);

  lmdb::transaction reading_;
  lmdb::page_sums& pages_;
  std::uint32_t shard_;
  int disk_ = -1; ///< the data file, read past memory; -1: it cannot be
  std::unique_ptr<char, decltype(&std::free)> buffer_;
};

} // namespace orderd::runtime
