// Opening a data file and its sums; reading pages that were checked.
#include "runtime/lmdb/page_sums.hpp"

#include "runtime/base/disk.hpp"
#include "runtime/lmdb/page_sums_form.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orderd::runtime::lmdb {

namespace {

/// What is lost at once where the disk cannot read.
constexpr std::size_t block_bytes = 4'096;

} // namespace

// -- open ----------------------------------------------------------------------------------------

page_sums::page_sums(std::string folder, std::size_t map_bytes)
    : folder_(std::move(folder)), pages_max_(map_bytes / page_bytes),
      table_bytes_((1 + sector_of(pages_max_)) * sector_bytes) {}

page_sums::~page_sums() {
  if (table_ != nullptr)
    ::munmap(table_, table_bytes_);
  if (data_ >= 0)
    ::close(data_);
  if (sums_ >= 0)
    ::close(sums_);
}

result<std::unique_ptr<page_sums>> page_sums::open(const std::string& folder, std::size_t map_bytes,
                                                   sums_origin from) {
  std::unique_ptr<page_sums> out{new page_sums{folder, map_bytes}};
  if (auto done = out->open_files(); !done)
    return done.error();
  if (out->state_ == found::fresh && from.existing)
    return fault{fault_code::corrupt, folder + "/data.mdb is damaged: it is empty"};
  if (out->state_ == found::fresh) {
    auto done = out->begin_file();
    return done ? result<std::unique_ptr<page_sums>>{std::move(out)} : done.error();
  }
  if (auto done = out->load_metas(from.summed || out->sums_ >= 0); !done)
    return done.error();
  out->unproven_.assign(out->newest().last + 1, out->sums_ < 0);
  if (out->sums_ < 0 && !from.summed) {
    out->state_ = found::unsummed;
    return out;
  }
  if (auto done = out->load_sums(); !done)
    return done.error();
  if (auto done = out->check_age(); !done)
    return done.error();
  auto done = out->look_through();
  return done ? result<std::unique_ptr<page_sums>>{std::move(out)} : done.error();
}

result<void> page_sums::open_files() {
  auto* table = ::mmap(nullptr, table_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (table == MAP_FAILED)
    return os_failure(errno, "get address space for page sums", folder_);
  table_ = static_cast<char*>(table);
  if (!make_room(1))
    return os_failure(errno, "get memory for page sums", folder_);
  data_ = ::open((folder_ + "/data.mdb").c_str(), O_RDWR | O_CLOEXEC | O_CREAT, 0644);
  if (data_ < 0)
    return os_failure(errno, "open the file", folder_ + "/data.mdb");
  struct stat about {};
  if (::fstat(data_, &about) != 0)
    return os_failure(errno, "ask for the size of the file", folder_ + "/data.mdb");
  state_ = about.st_size == 0 ? found::fresh : found::whole;
  sums_ = ::open((folder_ + "/sums").c_str(), O_RDWR | O_CLOEXEC);
  if (sums_ < 0 && errno != ENOENT)
    return os_failure(errno, "open the file", folder_ + "/sums");
  return {};
}

/// A file that nothing was written to yet.
result<void> page_sums::begin_file() {
  if (sums_ < 0)
    sums_ = ::open((folder_ + "/sums").c_str(), O_RDWR | O_CLOEXEC | O_CREAT, 0644);
  std::memcpy(table_, file_head.data(), file_head.size());
  if (sums_ < 0 || ::ftruncate(sums_, 0) != 0 || write_all(sums_, table_, sector_bytes, 0) != 0)
    return os_failure(errno, "begin sums", folder_ + "/sums");
  return {};
}

result<void> page_sums::load_metas(bool summed) {
  for (page_number number = 0; number < metas; ++number) {
    auto& stored = stored_[number];
    const auto got = read_all(data_, stored.data(), stored.size(), number * page_bytes);
    if (got < 0)
      return os_failure(errno, "read the file", folder_ + "/data.mdb");
    if (got != static_cast<ssize_t>(stored.size()))
      continue;
    const auto sound = [&] { return stored_sum(stored.data() + meta::bytes) == sum_of_meta(stored.data()); };
    if (!summed || sound() || correct(number, stored, sound))
      metas_[number] = meta::parse({stored.data(), stored.size()}, number);
    if (metas_[number] && metas_[number]->last >= pages_max_)
      return fault{fault_code::corrupt, folder_ + "/data.mdb is larger than its map"};
  }
  if (!metas_[0] && !metas_[1])
    return fault{fault_code::corrupt, folder_
                                          + "/data.mdb is damaged: neither of its first two pages says what "
                                            "is in it"};
  return {};
}

/// Every sector says by its own check whether it is what was written. One that is not says nothing.
result<void> page_sums::load_sums() {
  const auto sectors = 1 + sector_of(newest().last);
  if (!make_room(sectors))
    return os_failure(errno, "get memory for page sums", folder_);
  if (auto done = read_sums(sectors); !done)
    return done;
  if (auto done = load_head(); !done)
    return done;
  for (std::uint64_t sector = 1; sector < sectors; ++sector) {
    auto* at = sector_at(sector);
    const auto sound = [&] { return stored_sum(at + check_at) == hash_bytes({at, check_at}, sector); };
    if (sound())
      continue;
    sums_damaged_ = true;
    if (turn_one_bit(at, sector_bytes, sound))
      continue;
    std::memset(at, 0, sector_bytes);
    const auto first = (sector - 1) * entries_per_sector;
    for (auto number = first; number < std::min<page_number>(first + entries_per_sector, unproven_.size());
         ++number)
      unproven_[number] = true;
  }
  return {};
}

/// What cannot be read is left zeros.
result<void> page_sums::read_sums(std::uint64_t sectors) {
  const auto bytes = sectors * sector_bytes;
  if (sums_ < 0 || read_all(sums_, table_, bytes, 0) >= 0)
    return {};
  for (std::size_t at = 0; at < bytes; at += block_bytes) {
    const auto count = std::min(block_bytes, bytes - at);
    if (read_all(sums_, table_ + at, count, at) >= 0)
      continue;
    if (errno != EIO)
      return os_failure(errno, "read the file", folder_ + "/sums");
    std::memset(table_ + at, 0, count);
  }
  return {};
}

result<void> page_sums::load_head() {
  const auto ours = [this] { return std::string_view{table_, sector_bytes}.starts_with(file_head); };
  const auto sound = [this] { return stored_sum(table_ + check_at) == hash_bytes({table_, check_at}, 0); };
  if (sound() && !ours())
    return fault{fault_code::unsupported_version, folder_ + "/sums is of another version"};
  const auto nothing_committed = [&] { return stored_sum(table_ + check_at) == 0; };
  if (ours() && (sound() || nothing_committed()))
    return {};
  sums_damaged_ = true;
  if (!turn_one_bit(table_, sector_bytes, [&] { return ours() && sound(); }))
    std::memset(table_, 0, sector_bytes);
  return {};
}

std::optional<std::uint64_t> page_sums::commit_begun() const {
  if (stored_sum(table_ + check_at) != hash_bytes({table_, check_at}, 0))
    return std::nullopt; // damaged, or nothing was committed yet
  return stored_sum(table_ + commit_at);
}

/// A commit that was begun and did not happen is one ahead of the data; more is an older copy of the data.
result<void> page_sums::check_age() {
  if (commit_begun().value_or(0) <= newest().transaction + 1)
    return {};
  return fault{fault_code::corrupt,
               "the state is an older one: " + folder_
                   + "/data.mdb was committed to after it, says the file sums beside it. "
                     "Put back the newest data.mdb"};
}

// -- reading -------------------------------------------------------------------------------------

meta page_sums::newest() const {
  const std::lock_guard lock{metas_mutex_};
  require(metas_[0] || metas_[1], "nothing was committed yet");
  if (metas_[0] && metas_[1])
    return metas_[0]->transaction < metas_[1]->transaction ? *metas_[1] : *metas_[0];
  return metas_[0] ? *metas_[0] : *metas_[1];
}

std::optional<meta> page_sums::snapshot_of(std::uint64_t transaction) const {
  const std::lock_guard lock{metas_mutex_};
  for (const auto& each : metas_)
    if (each && each->transaction == transaction)
      return each;
  return std::nullopt;
}

fault page_sums::damaged(page_number number) const {
  return {fault_code::corrupt,
          "page " + std::to_string(number) + " of " + folder_ + "/data.mdb is not what was written"};
}

result<void> page_sums::read_unchecked(page_number number, char* to) const {
  if (number < metas || number >= pages_max_)
    return damaged(number);
  const auto got = read_all(data_, to, page_bytes, number * page_bytes);
  if (got < 0 && errno != EIO)
    return os_failure(errno, "read the file", folder_ + "/data.mdb");
  return got == static_cast<ssize_t>(page_bytes) ? result<void>{} : damaged(number);
}

result<void> page_sums::read(page_number number, char* to) {
  if (auto done = read_unchecked(number, to); !done)
    return done;
  return unproven(number) || make_entry(number, to) == entry_of(number) ? result<void>{} : damaged(number);
}

result<std::uint64_t> page_sums::read_from(int file, page_number first, std::uint64_t count, char* to) const {
  auto got = file < 0 ? -1 : read_all(file, to, count * page_bytes, first * page_bytes);
  // Only where it cannot be read that way: what the disk cannot read, memory may still have.
  if (file < 0 || (got < 0 && errno == EINVAL))
    got = read_all(data_, to, count * page_bytes, first * page_bytes);
  if (got < 0 && errno != EIO)
    return os_failure(errno, "read the file", folder_ + "/data.mdb");
  return got < 0 ? 0 : static_cast<std::uint64_t>(got) / page_bytes;
}

result<void> page_sums::write_again(page_number number, const char* page) {
  if (write_all(data_, page, page_bytes, number * page_bytes) != 0 || ::fdatasync(data_) != 0)
    return os_failure(errno, "write a page anew", folder_ + "/data.mdb");
  return {};
}

unsigned page_sums::read_parts(page_number number, char* to) {
  if (!read_unchecked(number, to))
    return 0;
  if (unproven(number))
    return all_sectors;
  const auto is = make_entry(number, to);
  const auto was = entry_of(number);
  unsigned out = 0;
  for (unsigned sector = 0; was != entry{} && sector < sectors_per_page; ++sector) {
    if (is.of(sector) == was.of(sector))
      out |= 1u << sector;
  }
  return out;
}

} // namespace orderd::runtime::lmdb
