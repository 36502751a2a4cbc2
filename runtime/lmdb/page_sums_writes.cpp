// Of page_sums: what LMDB writes, and the sums of it.
#include "runtime/base/log.hpp"
#include "runtime/lmdb/page_sums.hpp"
#include "runtime/lmdb/page_sums_form.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace orderd::runtime::lmdb {

namespace {

/// As of every fatal end of a node (runtime/README.md).
constexpr int exit_code_of_fatal = 3;

} // namespace

// -- sums ----------------------------------------------------------------------------------------

std::uint32_t page_sums::sector_sum(page_number number, unsigned sector, const char* bytes) {
  return static_cast<std::uint32_t>(hash_bytes({bytes, sector_bytes}, number * sectors_per_page + sector));
}

page_sums::entry page_sums::make_entry(page_number number, const char* page) {
  entry out;
  for (unsigned sector = 0; sector < sectors_per_page; ++sector)
    out.sums[sector / 2] |= std::uint64_t{sector_sum(number, sector, page + sector * sector_bytes)}
                            << sector % 2 * 32;
  return out;
}

page_sums::entry page_sums::entry_of(page_number number) const noexcept {
  entry out;
  if (sector_of(number) >= sectors_.load(std::memory_order_acquire))
    return out;
  for (std::size_t i = 0; i < out.sums.size(); ++i)
    out.sums[i] = std::atomic_ref{entry_at(number)[i]}.load(std::memory_order_relaxed);
  return out;
}

void page_sums::set_sums(page_number number, const char* page) {
  const auto next = make_entry(number, page);
  for (std::size_t i = 0; i < next.sums.size(); ++i)
    std::atomic_ref{entry_at(number)[i]}.store(next.sums[i], std::memory_order_relaxed);
  if (const auto sector = sector_of(number); changed_.empty() || changed_.back() != sector)
    changed_.push_back(sector);
}

/// Takes memory for so many sectors of the table, and some more; false: errno.
bool page_sums::make_room(std::uint64_t sectors) {
  constexpr std::uint64_t step = std::uint64_t{1} << 11;
  if (sectors <= sectors_.load(std::memory_order_relaxed))
    return true;
  const auto room = std::min<std::uint64_t>((sectors + step - 1) / step * step, table_bytes_ / sector_bytes);
  if (::mprotect(table_, room * sector_bytes, PROT_READ | PROT_WRITE) != 0)
    return false;
  sectors_.store(room, std::memory_order_release);
  return true;
}

// -- writing -------------------------------------------------------------------------------------

ssize_t page_sums::write(int file, std::span<const iovec> parts, off_t at) {
  const std::lock_guard lock{writing_};
  auto number = static_cast<page_number>(at) / page_bytes;
  if (number < metas)
    return write_metas(file, parts, at);
  for (const auto& part : parts) {
    const auto* bytes = static_cast<const char*>(part.iov_base);
    require(part.iov_len % page_bytes == 0 && number + part.iov_len / page_bytes <= pages_max_,
            "LMDB writes something that is no page");
    if (!make_room(1 + sector_of(number + part.iov_len / page_bytes)))
      return -1;
    for (std::size_t i = 0; i < part.iov_len; i += page_bytes)
      set_sums(number++, bytes + i);
  }
  return write_parts(file, parts, at);
}

int page_sums::before_sync() {
  const std::lock_guard lock{writing_};
  const auto commit = newest().transaction + 1;
  std::memcpy(table_ + commit_at, &commit, sizeof commit);
  changed_.push_back(0);
  return write_sectors() == 0 ? ::fdatasync(sums_) : -1;
}

/// A page that was good at the start and is not any more: changed, it would get a sum that says it is good.
/// The next start looks all pages through.
void page_sums::before_change(page_number number, const char* bytes) {
  if (number < metas || make_entry(number, bytes) == entry_of(number))
    return;
  log::error("storage", "fatal", {},
             damaged(number).message + "; start the node again: it looks through its pages");
  std::_Exit(exit_code_of_fatal);
}

int page_sums::write_sectors() {
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  for (const auto sector : changed_) {
    auto* at = sector_at(sector);
    const auto check = hash_bytes({at, check_at}, sector);
    std::memcpy(at + check_at, &check, sizeof check);
  }
  for (std::size_t i = 0; i < changed_.size();) {
    auto end = i + 1;
    while (end < changed_.size() && changed_[end] == changed_[end - 1] + 1)
      ++end;
    if (write_all(sums_, sector_at(changed_[i]), (end - i) * sector_bytes, changed_[i] * sector_bytes) != 0)
      return -1;
    i = end;
  }
  changed_.clear();
  return 0;
}

/// Both meta pages of a new file, or the changing part of one.
ssize_t page_sums::write_metas(int file, std::span<const iovec> parts, off_t at) {
  const auto& part = parts.front();
  const auto put = [&](page_number number, const stored_meta& next) {
    const std::lock_guard lock{metas_mutex_};
    stored_[number] = next;
    metas_[number] = meta::parse({next.data(), next.size()}, number);
  };
  const auto with_sum = [](stored_meta next) {
    const auto sum = sum_of_meta(next.data());
    std::memcpy(next.data() + meta::bytes, &sum, sizeof sum);
    return next;
  };
  if (at == 0 && part.iov_len == metas * page_bytes) {
    std::vector<char> pages(static_cast<const char*>(part.iov_base),
                            static_cast<const char*>(part.iov_base) + part.iov_len);
    std::array<stored_meta, metas> next;
    for (page_number number = 0; number < metas; ++number) {
      auto* page = pages.data() + number * page_bytes;
      std::memcpy(next[number].data(), page, meta_bytes);
      next[number] = with_sum(next[number]);
      std::memcpy(page, next[number].data(), meta_bytes);
    }
    const auto done = ::pwrite(file, pages.data(), pages.size(), 0);
    if (done == static_cast<ssize_t>(pages.size()))
      for (page_number number = 0; number < metas; ++number)
        put(number, next[number]);
    return done;
  }
  const auto number = static_cast<page_number>(at) / page_bytes;
  require(parts.size() == 1 && part.iov_len == meta::bytes - meta::changing
              && static_cast<std::size_t>(at) % page_bytes == meta::changing,
          "LMDB writes something that is no meta page");
  auto next = stored_[number];
  std::memcpy(next.data() + meta::changing, part.iov_base, part.iov_len);
  const auto parsed = meta::parse({next.data(), next.size()}, number);
  // After a write that failed LMDB writes the page once more, with the old number of the transaction and the
  // roots of the new one: here the old page.
  const bool undo = parsed && metas_[number] && parsed->transaction <= metas_[number]->transaction;
  next = undo ? stored_[number] : with_sum(next);
  const auto bytes = meta_bytes - meta::changing;
  const auto done = ::pwrite(file, next.data() + meta::changing, bytes, at);
  if (done == static_cast<ssize_t>(bytes)) {
    put(number, next);
    return static_cast<ssize_t>(part.iov_len);
  }
  return done < 0 ? done : 0;
}

} // namespace orderd::runtime::lmdb
