#include "runtime/lmdb/lmdb_file.hpp"

#include "runtime/lmdb/lmdb_page.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace orderd::runtime::lmdb {

namespace {

/// Observed files have descriptors below this: environments are opened at the start, before connections.
constexpr std::size_t descriptors_max = 65'536;

/// By descriptor.
std::array<std::atomic<file_observer*>, descriptors_max> observers{};
thread_local file_observer* opening = nullptr;

/// Where LMDB has mapped an observed file. As many as there are shards, and some that were closed.
struct mapping {
  std::atomic<const char*> begin = nullptr;
  std::atomic<const char*> end = nullptr;
  std::atomic<file_observer*> observer = nullptr;
};
constexpr std::size_t mappings_max = 256;
std::array<mapping, mappings_max> mappings{};
/// The first so many were ever used. Every page that LMDB copies is looked for among them: in the journal
/// too, whose commits are waited for.
std::atomic<std::size_t> mappings_used = 0;

bool note_mapping(const char* begin, std::size_t bytes, file_observer* observer) {
  for (std::size_t index = 0; index < mappings.size(); ++index) {
    auto& each = mappings[index];
    file_observer* none = nullptr;
    if (!each.observer.compare_exchange_strong(none, observer))
      continue;
    each.end = begin + bytes;
    each.begin = begin;
    for (auto used = mappings_used.load();
         used <= index && !mappings_used.compare_exchange_weak(used, index + 1);) {
    }
    return true;
  }
  return false;
}

void forget_mapping(const char* begin) {
  for (auto& each : mappings)
    if (each.begin == begin) {
      each.begin = nullptr;
      each.end = nullptr;
      each.observer = nullptr;
    }
}

void look_at_copy(const char* from) {
  const std::span used{mappings.data(), mappings_used.load()};
  for (const auto& each : used)
    if (from >= each.begin.load() && from < each.end.load())
      return each.observer.load()->before_change(static_cast<std::uint64_t>(from - each.begin) / page_bytes,
                                                 from);
}

file_observer* observer_of(int file) {
  const auto index = static_cast<std::size_t>(file);
  return index < descriptors_max ? observers[index].load(std::memory_order_acquire) : nullptr;
}

} // namespace

ssize_t write_parts(int file, std::span<const iovec> parts, off_t at) {
  ssize_t done = ::pwritev(file, parts.data(), static_cast<int>(parts.size()), at);
  std::size_t wanted = 0;
  for (const auto& each : parts)
    wanted += each.iov_len;
  while (done > 0 && static_cast<std::size_t>(done) < wanted) {
    auto skipped = static_cast<std::size_t>(done);
    std::vector<iovec> rest;
    for (const auto& each : parts) {
      const auto behind = std::min(skipped, each.iov_len);
      skipped -= behind;
      if (behind < each.iov_len)
        rest.push_back({static_cast<char*>(each.iov_base) + behind, each.iov_len - behind});
    }
    const auto more = ::pwritev(file, rest.data(), static_cast<int>(rest.size()), at + done);
    if (more <= 0)
      return more;
    done += more;
  }
  return done;
}

observed_open::observed_open(file_observer* observer) {
  opening = observer;
}

observed_open::~observed_open() {
  opening = nullptr;
}

} // namespace orderd::runtime::lmdb

using orderd::runtime::lmdb::descriptors_max;
using orderd::runtime::lmdb::forget_mapping;
using orderd::runtime::lmdb::look_at_copy;
using orderd::runtime::lmdb::note_mapping;
using orderd::runtime::lmdb::observer_of;
using orderd::runtime::lmdb::observers;
using orderd::runtime::lmdb::opening;
using orderd::runtime::lmdb::page_bytes;
using orderd::runtime::lmdb::write_parts;

// What LMDB calls in place of open, close, mmap, munmap, memcpy, pwrite, writev, fdatasync and fsync.
extern "C" {

int orderd_lmdb_open(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : mode_t{0};
  va_end(more);
  const int file = ::open(path, flags, mode);
  if (file < 0 || opening == nullptr || !std::string_view{path}.ends_with("/data.mdb"))
    return file;
  if (static_cast<std::size_t>(file) >= descriptors_max) {
    ::close(file);
    errno = EMFILE;
    return -1;
  }
  observers[static_cast<std::size_t>(file)].store(opening, std::memory_order_release);
  return file;
}

int orderd_lmdb_close(int file) {
  if (observer_of(file) != nullptr)
    observers[static_cast<std::size_t>(file)].store(nullptr, std::memory_order_release);
  return ::close(file);
}

ssize_t orderd_lmdb_pwrite(int file, const void* bytes, std::size_t count, off_t at) {
  auto* observer = observer_of(file);
  const iovec all{const_cast<void*>(bytes), count};
  return observer == nullptr ? write_parts(file, {&all, 1}, at) : observer->write(file, {&all, 1}, at);
}

ssize_t orderd_lmdb_writev(int file, const iovec* parts, int count) {
  auto* observer = observer_of(file);
  const std::span all{parts, static_cast<std::size_t>(count)};
  const auto at = ::lseek(file, 0, SEEK_CUR); // LMDB sets it before each such write.
  if (at < 0)
    return -1;
  return observer == nullptr ? write_parts(file, all, at) : observer->write(file, all, at);
}

int orderd_lmdb_fdatasync(int file) {
  auto* observer = observer_of(file);
  return observer != nullptr && observer->before_sync() != 0 ? -1 : ::fdatasync(file);
}

int orderd_lmdb_fsync(int file) {
  auto* observer = observer_of(file);
  return observer != nullptr && observer->before_sync() != 0 ? -1 : ::fsync(file);
}

void* orderd_lmdb_mmap(void* where, std::size_t bytes, int protection, int flags, int file, off_t at) {
  auto* out = ::mmap(where, bytes, protection, flags, file, at);
  auto* observer = observer_of(file);
  if (out == MAP_FAILED || observer == nullptr || note_mapping(static_cast<char*>(out), bytes, observer))
    return out;
  ::munmap(out, bytes);
  errno = ENOMEM;
  return MAP_FAILED;
}

int orderd_lmdb_munmap(void* where, std::size_t bytes) {
  forget_mapping(static_cast<char*>(where));
  return ::munmap(where, bytes);
}

// A page is copied from its beginning; most other copies do not begin where a page does.
void* orderd_lmdb_memcpy(void* to, const void* from, std::size_t count) {
  if (reinterpret_cast<std::uintptr_t>(from) % page_bytes == 0)
    look_at_copy(static_cast<const char*>(from));
  return std::memcpy(to, from, count);
}
}
