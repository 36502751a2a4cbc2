#include "runtime/lmdb/lmdb.hpp"

#include "runtime/base/disk.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/memory_faults.hpp"
#include "runtime/lmdb/lmdb_meta.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace orderd::runtime::lmdb {

namespace {

/// Read transactions open at once: one a state_reader.
constexpr unsigned readers_max = 256;
/// Bytes that LMDB's table of readers takes: a cache line each, and its head.
constexpr off_t readers_bytes = (readers_max - 1) * 64 + 192;

MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view to_view(const MDB_val& from) {
  return {static_cast<const char*>(from.mv_data), from.mv_size};
}

fault_code code_of(int code) {
  switch (code) {
  case MDB_MAP_FULL:
    return fault_code::storage_full;
  case MDB_CORRUPTED:
  case MDB_PAGE_NOTFOUND:
  case MDB_INVALID:
    return fault_code::corrupt;
  case MDB_VERSION_MISMATCH:
    return fault_code::unsupported_version;
  default:
    return fault_code::internal;
  }
}

result<void> check_data_file(const std::string& file, bool existing) {
  if (existing) {
    const auto found = require_meta_pages(file);
    return found ? result<void>{} : result<void>{found.error()};
  }
  const auto found = read_meta_pages(file);
  return found ? result<void>{} : result<void>{found.error()};
}

} // namespace

// -- transaction ---------------------------------------------------------------------------------

transaction::~transaction() {
  if (handle_)
    mdb_txn_abort(handle_);
  if (writes_)
    follow_pages_of(nullptr);
}

result<std::optional<MDB_dbi>> transaction::database(const std::string& name, bool create) {
  MDB_dbi database = 0;
  const int code =
      mdb_dbi_open(handle_, name.empty() ? nullptr : name.c_str(), create ? MDB_CREATE : 0, &database);
  if (code == MDB_NOTFOUND)
    return std::optional<MDB_dbi>{};
  if (code != 0)
    return environment_->failure(code, "open the database '" + name + "'");
  return std::optional{database};
}

result<std::optional<std::string_view>> transaction::get(MDB_dbi in, std::string_view key) {
  MDB_val wanted = to_val(key);
  MDB_val found{};
  const int code = mdb_get(handle_, in, &wanted, &found);
  if (code == MDB_NOTFOUND)
    return std::optional<std::string_view>{};
  if (code != 0)
    return environment_->failure(code, "read a row");
  return std::optional{to_view(found)};
}

result<void> transaction::put(MDB_dbi in, std::string_view key, std::string_view value) {
  MDB_val where = to_val(key);
  MDB_val what = to_val(value);
  if (const int code = mdb_put(handle_, in, &where, &what, 0); code != 0)
    return environment_->failure(code, "write a row");
  return {};
}

std::uint64_t transaction::bytes_of(MDB_dbi database) const noexcept {
  MDB_stat pages{};
  mdb_stat(handle_, database, &pages);
  return (pages.ms_branch_pages + pages.ms_leaf_pages + pages.ms_overflow_pages) * pages.ms_psize;
}

result<void> transaction::clear(MDB_dbi all_of) {
  if (const int code = mdb_drop(handle_, all_of, 0); code != 0)
    return environment_->failure(code, "clear a database");
  return {};
}

result<void> transaction::commit() {
  // LMDB frees the transaction whether it commits or not.
  const int code = mdb_txn_commit(std::exchange(handle_, nullptr));
  if (std::exchange(writes_, false))
    follow_pages_of(nullptr);
  if (code != 0)
    return environment_->failure(code, "commit");
  return {};
}

result<void> transaction::renew() {
  if (const int code = mdb_txn_renew(handle_); code != 0)
    return environment_->failure(code, "renew a read");
  return {};
}

// -- cursor --------------------------------------------------------------------------------------

result<cursor> cursor::open(transaction& in, MDB_dbi database) {
  MDB_cursor* handle = nullptr;
  if (const int code = mdb_cursor_open(in.handle(), database, &handle); code != 0)
    return in.in().failure(code, "open a cursor");
  return cursor{in.in(), handle};
}

result<bool> cursor::seek(MDB_cursor_op where, std::string_view key) {
  key_ = to_val(key);
  const int code = mdb_cursor_get(handle_, &key_, &value_, where);
  if (code == MDB_NOTFOUND)
    return false;
  if (code != 0)
    return environment_->failure(code, "find a row");
  return true;
}

result<void> cursor::put(std::string_view key, std::string_view value, unsigned flags) {
  MDB_val where = to_val(key);
  MDB_val what = to_val(value);
  if (const int code = mdb_cursor_put(handle_, &where, &what, flags); code != 0)
    return environment_->failure(code, "write a row");
  return {};
}

result<void> cursor::erase() {
  if (const int code = mdb_cursor_del(handle_, 0); code != 0)
    return environment_->failure(code, "erase a row");
  return {};
}

// -- environment ---------------------------------------------------------------------------------

namespace {

/// LMDB only makes its table of readers as long as it has to be, and writes to it in memory: on a full disk
/// that is SIGBUS. So its blocks are taken before.
result<void> take_room_for_readers(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return os_failure(errno, "open LMDB's table of readers", file);
  const int failed = ::posix_fallocate(fd, 0, readers_bytes);
  ::close(fd);
  return failed == 0 ? result<void>{} : os_failure(failed, "take room for LMDB's table of readers", file);
}

} // namespace

result<std::unique_ptr<environment>>
environment::open(const std::string& folder, const environment_options& options, file_observer* observer) {
  if (auto done = check_data_file(folder + "/data.mdb", options.existing); !done)
    return done.error();
  if (auto done = take_room_for_readers(folder + "/lock.mdb"); !done)
    return done.error();
  MDB_env* handle = nullptr;
  if (const int code = mdb_env_create(&handle); code != 0)
    return os_failure(code, "create an LMDB environment", folder);
  std::unique_ptr<environment> out{new environment{folder, handle}};
  mdb_env_set_userctx(handle, out.get());
  mdb_env_set_assert(handle, [](MDB_env* env, const char* what) {
    static_cast<const environment*>(mdb_env_get_userctx(env))->broken(what);
  });
  mdb_env_set_mapsize(handle, options.map_bytes);
  mdb_env_set_maxreaders(handle, readers_max);
  if (options.databases_max > 0)
    mdb_env_set_maxdbs(handle, options.databases_max);
  catch_memory_faults();
  const observed_open watched{observer};
  if (const int code = mdb_env_open(handle, folder.c_str(), MDB_NOTLS, 0644); code != 0)
    return out->failure(code, "open");
  if (auto done = out->preallocate(options.preallocated_bytes); !done)
    return done.error();
  return out;
}

result<transaction> environment::begin(unsigned flags, std::string_view tried) {
  MDB_txn* handle = nullptr;
  if (const int code = mdb_txn_begin(handle_, nullptr, flags, &handle); code != 0)
    return failure(code, tried);
  const bool writes = (flags & MDB_RDONLY) == 0;
  if (writes)
    follow_pages_of(folder_.c_str());
  return transaction{*this, handle, writes};
}

result<environment::commit_mark> environment::last_commit() const {
  MDB_envinfo info{};
  int file = -1;
  mdb_env_info(handle_, &info);
  mdb_env_get_fd(handle_, &file);
  const auto trees = read_trees(file, folder_, info.me_last_txnid);
  return trees ? result<commit_mark>{commit_mark{info.me_last_txnid, *trees}} : trees.error();
}

fault environment::failure(int code, std::string_view tried) const {
  if (code > 0)
    return os_failure(code, std::string{tried}, folder_ + "/data.mdb");
  return {code_of(code),
          "cannot " + std::string{tried} + " in " + folder_ + "/data.mdb: " + mdb_strerror(code)};
}

void environment::broken(const char* what) const {
  log::error("storage", "fatal", {},
             "LMDB cannot go on with " + folder_ + ": " + what
                 + "; start the node again: its files are damaged");
  std::_Exit(exit_code_of_fatal);
}

std::uint64_t environment::used_bytes() const noexcept {
  MDB_envinfo info{};
  MDB_stat pages{};
  mdb_env_info(handle_, &info);
  mdb_env_stat(handle_, &pages);
  return (std::uint64_t{info.me_last_pgno} + 1) * pages.ms_psize;
}

result<void> environment::preallocate(std::uint64_t bytes) {
  int file = -1;
  mdb_env_get_fd(handle_, &file);
  struct stat now {};
  if (fstat(file, &now) != 0)
    return os_failure(errno, "ask for the size of the file", folder_ + "/data.mdb");
  auto end = static_cast<std::uint64_t>(now.st_size);
  const auto space = disk_space_of(folder_);
  if (end >= bytes || !space || space->free_bytes / 4 < bytes)
    return {};
  // Zeros, not fallocate: blocks that were never written change the file system's metadata once more
  // when they are.
  const std::vector<char> zeros(std::size_t{1} << 20);
  while (end < bytes) {
    const auto part = std::min<std::uint64_t>(zeros.size(), bytes - end);
    const auto written = pwrite(file, zeros.data(), part, static_cast<off_t>(end));
    if (written < 0)
      return os_failure(errno, "take room for the file", folder_ + "/data.mdb");
    end += static_cast<std::uint64_t>(written);
  }
  if (fsync(file) != 0)
    return os_failure(errno, "take room for the file", folder_ + "/data.mdb");
  return {};
}

} // namespace orderd::runtime::lmdb
