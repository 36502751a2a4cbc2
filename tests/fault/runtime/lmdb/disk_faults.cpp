// The program's own pread, pwrite, writev, pwritev, fdatasync, fsync and rename come before the C library's,
// for the program and for the shared libraries it uses.
#include "tests/fault/runtime/lmdb/disk_faults.hpp"

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace orderd::test {
namespace {

std::atomic<std::uint64_t> calls_left = 0; ///< until the one that fails; 0: none fails
std::atomic<int> failure_code = 0;
std::atomic<bool> failed = false;

std::atomic<std::uint64_t> renames_left = 0; ///< until the process ends; 0: it does not

constexpr auto nowhere = ~std::uint64_t{0};
std::atomic<std::uint64_t> unreadable_at = nowhere;

bool cannot_read(int fd, std::size_t count, off_t where) {
  const auto begin = static_cast<std::uint64_t>(where);
  if (unreadable_at < begin || unreadable_at >= begin + count || (fcntl(fd, F_GETFL) & O_DIRECT) == 0)
    return false;
  failed = true;
  errno = EIO;
  return true;
}

bool fails() {
  auto left = calls_left.load();
  while (left > 0 && !calls_left.compare_exchange_weak(left, left - 1)) {
  }
  if (left != 1)
    return false;
  failed = true;
  errno = failure_code;
  return true;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

} // namespace

failing_write::failing_write(std::uint64_t nth, int code) {
  failed = false;
  failure_code = code;
  calls_left = nth;
}

failing_write::~failing_write() {
  calls_left = 0;
}

bool failing_write::happened() const {
  return failed;
}

unreadable_byte::unreadable_byte(std::uint64_t at) {
  failed = false;
  unreadable_at = at;
}

unreadable_byte::~unreadable_byte() {
  unreadable_at = nowhere;
}

bool unreadable_byte::happened() const {
  return failed;
}

void end_after_rename(std::uint64_t nth) {
  renames_left = nth;
}

} // namespace orderd::test

using orderd::test::cannot_read;
using orderd::test::ended_after_rename;
using orderd::test::fails;
using orderd::test::next;
using orderd::test::renames_left;

extern "C" {

ssize_t pread(int fd, void* bytes, size_t count, off_t where) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, off_t)>("pread");
  return cannot_read(fd, count, where) ? -1 : real(fd, bytes, count, where);
}

ssize_t pwrite(int fd, const void* bytes, size_t count, off_t where) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return fails() ? -1 : real(fd, bytes, count, where);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int)>("writev");
  return fails() ? -1 : real(fd, parts, count);
}

ssize_t pwritev(int fd, const iovec* parts, int count, off_t where) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int, off_t)>("pwritev");
  return fails() ? -1 : real(fd, parts, count, where);
}

int fdatasync(int fd) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return fails() ? -1 : real(fd);
}

int fsync(int fd) {
  static const auto real = next<int (*)(int)>("fsync");
  return fails() ? -1 : real(fd);
}

int rename(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  const int done = real(from, to);
  if (renames_left > 0 && --renames_left == 0)
    _exit(ended_after_rename);
  return done;
}
}
