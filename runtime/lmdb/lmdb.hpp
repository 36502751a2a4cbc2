// LMDB with owners and faults: an environment, its transactions and cursors.
//
// *Operation*: open an environment, begin transactions on it, open cursors in them. A transaction that
// is not committed is undone when it goes. Every failure is a fault that names the file and says what
// was tried; a full disk or map is `storage_full`, a damaged file `corrupt`.
//
// *Concurrency*: one thread writes an environment; a read transaction is used by one thread at a time
// (MDB_NOTLS: it belongs to its object, not to the thread). Read transactions must be short: the space
// of everything deleted since the oldest began cannot be used again.
//
// *Limitations*: an environment must not be used across a fork. LMDB checks nothing it reads, so every
// value needs a checksum of its own. Where a file was cut, or damage leads LMDB astray, the process ends with
// a line (memory_faults.hpp). Never MDB_WRITEMAP: a full disk would be a SIGBUS.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/lmdb/lmdb_file.hpp"

#include <lmdb.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace orderd::runtime::lmdb {

struct environment_options {
  std::size_t map_bytes = std::size_t{1} << 30; ///< address space: what the store can grow to
  unsigned databases_max = 0;                   ///< named databases; 0: only the unnamed one
  /// The data file gets at least this size, written and allocated, when it is opened: commits then
  /// overwrite blocks and the file system's own journal, shared by all programs, need not be flushed
  /// with them. Left out where the disk has not four times as much free.
  std::uint64_t preallocated_bytes = 0;
  /// It had rows once: a data file that is missing or empty is damage. Else a new one is made in its place.
  bool existing = false;
  /// Of a state: sums of its pages were kept since it was made or upgraded (page_sums.hpp).
  bool summed = false;
};

class environment;

/// A transaction. Movable; undone when destroyed without a commit.
class transaction {
public:
  transaction(environment& in, MDB_txn* handle, bool writes)
      : environment_(&in), handle_(handle), writes_(writes) {}
  transaction(transaction&& other) noexcept
      : environment_(other.environment_), handle_(std::exchange(other.handle_, nullptr)),
        writes_(std::exchange(other.writes_, false)) {}
  transaction& operator=(transaction&& other) noexcept {
    std::swap(environment_, other.environment_);
    std::swap(handle_, other.handle_);
    std::swap(writes_, other.writes_);
    return *this;
  }
  ~transaction();

  /// The database of that name (empty: the unnamed one); nullopt when there is none and `create` is
  /// false. A handle that a transaction created is valid for others only after its commit.
  result<std::optional<MDB_dbi>> database(const std::string& name, bool create);

  /// The value of a key; valid until the transaction ends or writes.
  result<std::optional<std::string_view>> get(MDB_dbi in, std::string_view key);
  result<void> put(MDB_dbi in, std::string_view key, std::string_view value);

  /// Bytes of the pages of a database, in this transaction.
  std::uint64_t bytes_of(MDB_dbi database) const noexcept;

  /// Erases all rows of a database; it stays, and its handles are good.
  result<void> clear(MDB_dbi all_of);

  /// Makes a write transaction durable. After a fault nothing of it is there, unless the fault was in
  /// the last sync: then it is not known.
  result<void> commit();

  /// Of a read transaction: gives its snapshot back, and takes the newest.
  void reset() noexcept { mdb_txn_reset(handle_); }
  result<void> renew();
  std::uint64_t number() const noexcept { return mdb_txn_id(handle_); }

  MDB_txn* handle() const noexcept { return handle_; }
  environment& in() const noexcept { return *environment_; }

private:
  environment* environment_;
  MDB_txn* handle_;
  bool writes_; ///< and so has told where this thread is, should a signal come
};

/// A position in a database. Must go before its transaction.
class cursor {
public:
  static result<cursor> open(transaction& in, MDB_dbi database);
  cursor(cursor&& other) noexcept
      : environment_(other.environment_), handle_(std::exchange(other.handle_, nullptr)), key_(other.key_),
        value_(other.value_) {}
  cursor& operator=(cursor&&) = delete;
  ~cursor() {
    if (handle_)
      mdb_cursor_close(handle_);
  }

  /// Moves (MDB_FIRST, MDB_NEXT, ...); false when there is no such row.
  result<bool> move(MDB_cursor_op where) { return seek(where, {}); }
  /// Moves to a key (MDB_SET) or the first not below it (MDB_SET_RANGE); false when there is none.
  result<bool> seek(MDB_cursor_op where, std::string_view key);

  /// The row it stands on, valid until the transaction ends or writes. Pre: the last move was true.
  std::string_view key() const noexcept { return view(key_); }
  std::string_view value() const noexcept { return view(value_); }

  /// `flags`: MDB_APPEND when the key is above all others of the database.
  result<void> put(std::string_view key, std::string_view value, unsigned flags = 0);
  /// Erases the row it stands on; MDB_NEXT then moves to the one after it.
  result<void> erase();

private:
  cursor(environment& in, MDB_cursor* handle) : environment_(&in), handle_(handle) {}
  static std::string_view view(const MDB_val& from) noexcept {
    return {static_cast<const char*>(from.mv_data), from.mv_size};
  }

  environment* environment_;
  MDB_cursor* handle_;
  MDB_val key_{};
  MDB_val value_{};
};

/// One LMDB file and its lock file, in a folder that exists.
class environment {
public:
  /// `corrupt` when the data file is not what LMDB left (lmdb_meta.hpp): it is not opened then. `observer`:
  /// what its writes pass through; must outlive it.
  static result<std::unique_ptr<environment>>
  open(const std::string& folder, const environment_options& options, file_observer* observer = nullptr);
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;
  ~environment() { mdb_env_close(handle_); }

  result<transaction> begin_write() { return begin(0, "begin a write"); }
  result<transaction> begin_read() { return begin(MDB_RDONLY, "begin a read"); }

  /// What is committed: the number of the last transaction, and meta_page::trees of it (lmdb_meta.hpp).
  struct commit_mark {
    std::uint64_t transaction = 0;
    std::uint64_t trees = 0;
  };
  result<commit_mark> last_commit() const;

  /// The fault of a failed call: `code` as LMDB returned it, `tried` completes "cannot ...".
  fault failure(int code, std::string_view tried) const;

  /// Bytes up to the last page ever used; pages freed since are used again before it grows.
  std::uint64_t used_bytes() const noexcept;

private:
  environment(std::string folder, MDB_env* handle) : folder_(std::move(folder)), handle_(handle) {}
  result<transaction> begin(unsigned flags, std::string_view tried);
  result<void> preallocate(std::uint64_t bytes);
  /// An assertion of LMDB's failed, as damaged pages make it: the process ends with a line, not by SIGABRT.
  [[noreturn]] void broken(const char* what) const;

  std::string folder_;
  MDB_env* handle_;
};

} // namespace orderd::runtime::lmdb
