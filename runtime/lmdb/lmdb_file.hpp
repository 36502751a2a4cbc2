// Where LMDB's writes and syncs pass: LMDB has no layer for files of its own, so the copy of it that is
// linked here (CMakeLists.txt) calls functions of ours in place of the operating system's.
//
// *Operation*: while an `observed_open` lives, a data file that its thread has LMDB open belongs to the
// observer, until LMDB closes it. Files of nobody go straight through.
// *Concurrency*: an observer is called by the thread that makes the call of LMDB.
#pragma once

#include <cstdint>
#include <span>
#include <sys/types.h>
#include <sys/uio.h>

namespace orderd::runtime::lmdb {

class file_observer {
public:
  virtual ~file_observer() = default;
  /// As pwritev; what it returns, and errno, LMDB gets.
  virtual ssize_t write(int file, std::span<const iovec> parts, off_t at) = 0;
  /// Before LMDB syncs what it wrote; not 0: LMDB's sync fails with errno.
  virtual int before_sync() = 0;
  /// LMDB is about to change a page: it copies it from its map. It has believed nothing of it yet, and there
  /// is no way to tell it not to.
  virtual void before_change(std::uint64_t page, const char* bytes) = 0;
};

/// As pwritev, and goes on after a write that was short: LMDB takes one for an I/O error, but asked again the
/// operating system says why, as a rule that the disk is full. -1 with errno when that fails.
ssize_t write_parts(int file, std::span<const iovec> parts, off_t at);

class observed_open {
public:
  explicit observed_open(file_observer* observer);
  observed_open(const observed_open&) = delete;
  observed_open& operator=(const observed_open&) = delete;
  ~observed_open();
};

} // namespace orderd::runtime::lmdb
