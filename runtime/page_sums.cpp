// Opening a data file and looking it through; reading pages that were checked.
#include "runtime/page_sums.hpp"

#include "runtime/disk.hpp"
#include "runtime/page_sums_form.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orderd::runtime::lmdb {

namespace {

/// The first bytes of a sums file: what it is, and its version.
constexpr std::string_view file_head = "orderd page sums 1";

/// Pages that are tried to be corrected: each takes up to 2 ms.
constexpr std::size_t corrected_max = 1'000;

/// Read at once when the whole file is looked through.
constexpr std::size_t read_bytes = std::size_t{1} << 20;

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
                                                   bool existing) {
  std::unique_ptr<page_sums> out{new page_sums{folder, map_bytes}};
  if (auto done = out->open_files(); !done)
    return done.error();
  if (out->state_ == found::fresh && existing)
    return fault{fault_code::corrupt, folder + "/data.mdb is damaged: it is empty"};
  if (out->state_ == found::fresh) {
    auto done = out->begin_file();
    return done ? result<std::unique_ptr<page_sums>>{std::move(out)} : done.error();
  }
  if (auto done = out->load_metas(); !done)
    return done.error();
  if (out->sums_ < 0) {
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
    return os_failure(errno, "ask for the size of data.mdb", folder_);
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
    return os_failure(errno, "begin sums", folder_);
  return {};
}

result<void> page_sums::load_metas() {
  for (page_number number = 0; number < metas; ++number) {
    auto& stored = stored_[number];
    const auto got = read_all(data_, stored.data(), stored.size(), number * page_bytes);
    if (got < 0)
      return os_failure(errno, "read data.mdb", folder_);
    if (got != static_cast<ssize_t>(stored.size()))
      continue;
    const auto sound = [&] { return stored_sum(stored.data() + meta::bytes) == sum_of_meta(stored.data()); };
    if (sums_ < 0 || sound() || correct(number, stored, sound))
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

result<void> page_sums::load_sums() {
  const auto sectors = 1 + sector_of(newest().last);
  if (!make_room(sectors))
    return os_failure(errno, "get memory for page sums", folder_);
  if (read_all(sums_, table_, sectors * sector_bytes, 0) < 0)
    return os_failure(errno, "read sums", folder_);
  if (!std::string_view{table_, sector_bytes}.starts_with(file_head))
    return fault{fault_code::corrupt, folder_ + "/sums is damaged: it does not say what it is"};
  for (std::uint64_t sector = 1; sector < sectors; ++sector) {
    auto* at = sector_at(sector);
    const auto sound = [&] { return stored_sum(at + check_at) == hash_bytes({at, check_at}, sector); };
    if (sound())
      continue;
    if (turn_one_bit(at, sector_bytes, sound))
      changed_.push_back(sector);
    else
      std::memset(at, 0, sector_bytes);
  }
  return {};
}

/// A commit that was begun and did not happen is one ahead of the data; more is an older copy of the data.
result<void> page_sums::check_age() {
  if (stored_sum(table_ + check_at) != hash_bytes({table_, check_at}, 0))
    return {}; // damaged, or nothing was committed yet
  if (stored_sum(table_ + commit_at) <= newest().transaction + 1)
    return {};
  return fault{fault_code::corrupt,
               "the state is an older one: " + folder_
                   + "/data.mdb was committed to after it, says the file sums beside it. "
                     "Put back the newest data.mdb"};
}

// -- looking through -----------------------------------------------------------------------------

result<void> page_sums::look_through() {
  const auto damaged_as = [this](std::string what) {
    state_ = found::damaged;
    damage_ = folder_ + "/data.mdb is damaged: " + std::move(what);
  };
  if (!metas_[0] || !metas_[1])
    damaged_as("its page " + std::string{metas_[0] ? "1" : "0"} + " is not what was written");
  auto wrong = mismatches();
  if (!wrong)
    return wrong.error();
  if (wrong->empty())
    return {};
  // A commit that was cut short has left such pages, but nobody uses them.
  const auto free = free_pages(newest());
  if (!free) {
    if (free.error().code != fault_code::corrupt)
      return free.error();
    damaged_as("its list of free pages is not what was written");
    return {};
  }
  std::erase_if(*wrong, [&](page_number number) { return (*free)[number]; });
  if (auto done = correct(*wrong); !done)
    return done;
  if (!wrong->empty())
    damaged_as(std::to_string(wrong->size()) + " pages are not what was written, the first is "
               + std::to_string(wrong->front()));
  return {};
}

result<std::vector<page_number>> page_sums::mismatches() {
  std::vector<page_number> out;
  std::vector<char> buffer(read_bytes);
  const auto end = newest().last + 1;
  for (page_number first = metas; first < end;) {
    const auto count = std::min<std::uint64_t>(read_bytes / page_bytes, end - first);
    const auto got = read_all(data_, buffer.data(), count * page_bytes, first * page_bytes);
    // Pages after a page that cannot be read are looked at one by one.
    if (got < 0 && errno != EIO)
      return os_failure(errno, "read data.mdb", folder_);
    const auto whole = got < 0 ? 1 : count;
    for (std::uint64_t i = 0; i < whole; ++i) {
      const bool there = got >= static_cast<ssize_t>((i + 1) * page_bytes);
      if (!there || make_entry(first + i, buffer.data() + i * page_bytes) != entry_of(first + i))
        out.push_back(first + i);
    }
    first += whole;
  }
  return out;
}

/// A flipped bit is turned back, on the disk too; other pages stay in the list.
result<void> page_sums::correct(std::vector<page_number>& wrong) {
  std::array<char, page_bytes> page;
  std::vector<page_number> rest;
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    const auto number = wrong[i];
    const auto good = i < corrected_max ? read_parts(number, page.data()) : 0;
    bool whole = good != 0 || entry_of(number) != entry{};
    for (unsigned sector = 0; whole && i < corrected_max && sector < sectors_per_page; ++sector) {
      if ((good & 1u << sector) != 0)
        continue;
      auto* at = page.data() + sector * sector_bytes;
      whole = turn_one_bit(at, sector_bytes,
                           [&] { return sector_sum(number, sector, at) == entry_of(number).of(sector); });
    }
    if (!whole || i >= corrected_max) {
      rest.push_back(number);
      continue;
    }
    if (write_all(data_, page.data(), page.size(), number * page_bytes) != 0 || ::fdatasync(data_) != 0)
      return os_failure(errno, "correct a flipped bit of data.mdb", folder_);
    ++corrected_;
  }
  wrong = std::move(rest);
  return {};
}

bool page_sums::correct(page_number number, stored_meta& page, const std::function<bool()>& sound) {
  if (!turn_one_bit(page.data(), page.size(), sound))
    return false;
  ++corrected_;
  return write_all(data_, page.data(), page.size(), number * page_bytes) == 0 && ::fdatasync(data_) == 0;
}

result<std::vector<bool>> page_sums::free_pages(const meta& of) {
  std::vector<bool> out(of.last + 1);
  tree_cursor at{*this};
  at.enter(of.free);
  auto moved = at.first();
  for (; moved && *moved; moved = at.next()) {
    const auto list = at.value();
    if (!list)
      return list.error();
    // A count, and so many numbers.
    for (std::size_t i = sizeof(page_number); i + sizeof(page_number) <= list->size();
         i += sizeof(page_number)) {
      const auto number = stored_sum(list->data() + i);
      if (number < out.size())
        out[number] = true;
    }
  }
  return moved ? result<std::vector<bool>>{std::move(out)} : moved.error();
}

result<void> page_sums::adopt() {
  require(state_ == found::unsummed, "sums of a file that has some");
  std::memcpy(table_, file_head.data(), file_head.size());
  std::array<char, page_bytes> page;
  const auto last = newest().last;
  if (!make_room(1 + sector_of(last)))
    return os_failure(errno, "get memory for page sums", folder_);
  for (page_number number = metas; number <= last; ++number) {
    if (auto done = read_unchecked(number, page.data()); !done)
      continue; // nobody's: it was looked through
    set_sums(number, page.data());
  }
  const auto temporary = folder_ + "/sums.new";
  sums_ = ::open(temporary.c_str(), O_RDWR | O_CLOEXEC | O_CREAT | O_TRUNC, 0644);
  if (sums_ < 0 || write_all(sums_, table_, sector_bytes, 0) != 0 || before_sync() != 0)
    return os_failure(errno, "write sums", folder_);
  for (page_number number = 0; number < metas; ++number) {
    auto& stored = stored_[number];
    const auto sum = sum_of_meta(stored.data());
    std::memcpy(stored.data() + meta::bytes, &sum, sizeof sum);
    if (metas_[number] && write_all(data_, stored.data(), stored.size(), number * page_bytes) != 0)
      return os_failure(errno, "write data.mdb", folder_);
  }
  if (::fdatasync(data_) != 0 || ::rename(temporary.c_str(), (folder_ + "/sums").c_str()) != 0)
    return os_failure(errno, "complete sums", folder_);
  state_ = found::whole;
  return sync_folder(folder_);
}

result<void> page_sums::check_lists() {
  const auto now = newest();
  tree_cursor at{*this};
  for (const auto& list : {now.free, now.names}) {
    at.enter(list);
    for (auto moved = at.first(); !moved || *moved; moved = at.next()) {
      if (!moved)
        return moved.error();
      if (auto value = at.value(); !value)
        return value.error();
    }
  }
  return {};
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
    return os_failure(errno, "read data.mdb", folder_);
  return got == static_cast<ssize_t>(page_bytes) ? result<void>{} : damaged(number);
}

result<void> page_sums::read(page_number number, char* to) {
  if (auto done = read_unchecked(number, to); !done)
    return done;
  return make_entry(number, to) == entry_of(number) ? result<void>{} : damaged(number);
}

result<std::uint64_t> page_sums::read_from(int file, page_number first, std::uint64_t count, char* to) const {
  auto got = file < 0 ? -1 : read_all(file, to, count * page_bytes, first * page_bytes);
  if (got < 0)
    got = read_all(data_, to, count * page_bytes, first * page_bytes);
  if (got < 0 && errno != EIO)
    return os_failure(errno, "read data.mdb", folder_);
  return got < 0 ? 0 : static_cast<std::uint64_t>(got) / page_bytes;
}

result<void> page_sums::write_again(page_number number, const char* page) {
  if (write_all(data_, page, page_bytes, number * page_bytes) != 0 || ::fdatasync(data_) != 0)
    return os_failure(errno, "write a page of data.mdb anew", folder_);
  return {};
}

unsigned page_sums::read_parts(page_number number, char* to) {
  if (!read_unchecked(number, to))
    return 0;
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
