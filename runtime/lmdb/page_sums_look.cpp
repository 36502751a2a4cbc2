// Of page_sums: looking a data file through, and sums for pages that have none.
#include "runtime/base/disk.hpp"
#include "runtime/base/long_look.hpp"
#include "runtime/lmdb/page_sums.hpp"
#include "runtime/lmdb/page_sums_form.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace orderd::runtime::lmdb {

namespace {

/// Pages that are tried to be corrected: each takes up to 2 ms.
constexpr std::size_t corrected_max = 1'000;

/// Read at once when the whole file is looked through.
constexpr std::size_t read_bytes = std::size_t{1} << 20;

} // namespace

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
  if (state_ == found::whole && (sums_damaged_ || sums_ < 0))
    state_ = found::unproven;
  if (wrong->empty())
    return {};
  // A commit that was cut short has left such pages, but nobody uses them: they are not worth a try, unless
  // the list of free pages is among those that have to be corrected before they can be read.
  auto free = free_pages(newest());
  if (!free && free.error().code == fault_code::corrupt) {
    if (auto done = correct(*wrong); !done)
      return done;
    free = free_pages(newest());
  }
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
  shown_look shown{"the start looks through every page of the state", folder_, end * page_bytes};
  for (page_number first = metas; first < end;) {
    shown.reached(first * page_bytes);
    const auto count = std::min<std::uint64_t>(read_bytes / page_bytes, end - first);
    const auto got = read_all(data_, buffer.data(), count * page_bytes, first * page_bytes);
    // Pages after a page that cannot be read are looked at one by one.
    if (got < 0 && errno != EIO)
      return os_failure(errno, "read the file", folder_ + "/data.mdb");
    const auto whole = got < 0 ? 1 : count;
    for (std::uint64_t i = 0; i < whole; ++i) {
      const bool there = got >= static_cast<ssize_t>((i + 1) * page_bytes);
      if (unproven(first + i))
        continue;
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
      return os_failure(errno, "correct a flipped bit", folder_ + "/data.mdb");
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
  require(state_ == found::unsummed || state_ == found::unproven, "sums of a file whose sums are good");
  std::array<char, page_bytes> page;
  const auto last = newest().last;
  if (!make_room(1 + sector_of(last)))
    return os_failure(errno, "get memory for page sums", folder_);
  for (page_number number = metas; number <= last; ++number)
    // One that cannot be read is nobody's: it was looked through.
    if (unproven(number) && read_unchecked(number, page.data()))
      set_sums(number, page.data());
  changed_.clear();
  for (std::uint64_t sector = 0; sector <= sector_of(last); ++sector)
    changed_.push_back(sector);
  const auto commit = newest().transaction;
  std::memcpy(table_, file_head.data(), file_head.size());
  std::memcpy(table_ + commit_at, &commit, sizeof commit);
  const auto temporary = folder_ + "/sums.new";
  if (sums_ >= 0)
    ::close(sums_);
  sums_ = ::open(temporary.c_str(), O_RDWR | O_CLOEXEC | O_CREAT | O_TRUNC, 0644);
  if (sums_ < 0 || write_sectors() != 0 || ::fdatasync(sums_) != 0)
    return os_failure(errno, "write the file", folder_ + "/sums.new");
  for (page_number number = 0; number < metas; ++number) {
    auto& stored = stored_[number];
    const auto sum = sum_of_meta(stored.data());
    std::memcpy(stored.data() + meta::bytes, &sum, sizeof sum);
    if (metas_[number] && write_all(data_, stored.data(), stored.size(), number * page_bytes) != 0)
      return os_failure(errno, "write the file", folder_ + "/data.mdb");
  }
  if (::fdatasync(data_) != 0 || ::rename(temporary.c_str(), (folder_ + "/sums").c_str()) != 0)
    return os_failure(errno, "complete the file", folder_ + "/sums");
  state_ = found::whole;
  unproven_.clear();
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

} // namespace orderd::runtime::lmdb
