#include "runtime/lmdb/lmdb_journal_scrub.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/disk.hpp"
#include "runtime/lmdb/journal_check.hpp"
#include "runtime/lmdb/page_sums_form.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace orderd::runtime {

namespace {

/// Read at a time, aligned to as much: what lies beside a page is mostly what is looked at next, and each
/// read costs more than the bytes of it.
constexpr std::uint64_t window_pages = 16;
constexpr std::size_t window_bytes = window_pages * lmdb::page_bytes;

/// A commit between beginning to read and knowing what was committed asks for another try: at once, and when
/// it is the disk that is waited for, every millisecond, for some seconds.
constexpr int renewals_at_once = 100;
constexpr int renewals_max = 5'000;

/// A data file cannot lack more than one commit leaves unwritten: a damaged number would ask for as much
/// memory as it says.
constexpr std::uint64_t pages_behind_end_max = std::uint64_t{1} << 24;

} // namespace

/// The file as one slice sees it, from the disk or from memory. Counts what it reads.
class journal_scrub::slice_pages final : public lmdb::page_reader {
public:
  slice_pages(const journal_scrub& of, bool past_memory)
      : name_(of.file_), file_(past_memory ? of.disk_ : of.memory_), window_(of.buffer_.get()) {}

  result<void> read(std::uint64_t page, char* into, std::size_t bytes) const override {
    for (std::size_t done = 0; done < bytes; ++page) {
      if (page < first_ || page >= first_ + count_)
        if (auto filled = fill(page); !filled)
          return filled;
      const auto part = std::min<std::size_t>(bytes - done, lmdb::page_bytes);
      std::memcpy(into + done, window_ + (page - first_) * lmdb::page_bytes, part);
      done += part;
      if (seen_.empty() || seen_.back() != page)
        seen_.push_back(page);
    }
    return {};
  }
  const std::string& name() const noexcept override { return name_; }

  std::uint64_t bytes() const noexcept { return bytes_; }
  /// Those that were read, some twice.
  const std::vector<std::uint64_t>& seen() const noexcept { return seen_; }

private:
  result<void> fill(std::uint64_t page) const {
    first_ = page - page % window_pages;
    auto got = lmdb::read_all(file_, window_, window_bytes, first_ * lmdb::page_bytes);
    // One that cannot be read takes its neighbours with it.
    if (got < 0 && errno == EIO) {
      first_ = page;
      got = lmdb::read_all(file_, window_, lmdb::page_bytes, page * lmdb::page_bytes);
    }
    count_ = 0;
    if (got < 0 && errno != EIO)
      return os_failure(errno, "read page " + std::to_string(page), name_);
    count_ = got < 0 ? 0 : static_cast<std::uint64_t>(got) / lmdb::page_bytes;
    bytes_ += count_ * lmdb::page_bytes;
    if (page - first_ >= count_)
      return fault{fault_code::corrupt, name_ + " is damaged: the disk cannot read page "
                                            + std::to_string(page) + ", or the file ends before it"};
    return {};
  }

  const std::string& name_;
  int file_;
  char* window_;
  mutable std::uint64_t first_ = 0;
  mutable std::uint64_t count_ = 0;
  mutable std::uint64_t bytes_ = 0;
  mutable std::vector<std::uint64_t> seen_;
};

journal_scrub::journal_scrub(lmdb::transaction reading, std::string file, position committed)
    : reading_(std::move(reading)), file_(std::move(file)), committed_(std::move(committed)),
      memory_(::open(file_.c_str(), O_RDWR | O_CLOEXEC)),
      disk_(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT)),
      buffer_(static_cast<char*>(std::aligned_alloc(lmdb::page_bytes, window_bytes)), &std::free) {}

journal_scrub::~journal_scrub() {
  for (const int file : {memory_, disk_})
    if (file >= 0)
      ::close(file);
}

result<std::unique_ptr<journal_scrub>> journal_scrub::make(lmdb::environment& environment,
                                                           const std::string& folder, position committed) {
  auto reading = environment.begin_read();
  if (!reading)
    return reading.error();
  reading->reset();
  std::unique_ptr<journal_scrub> out{
      new journal_scrub{*std::move(reading), folder + "/data.mdb", std::move(committed)}};
  if (out->memory_ < 0)
    return os_failure(errno, "open to look through", out->file_);
  if (!out->buffer_)
    return os_failure(ENOMEM, "get memory to look through", out->file_);
  // There are file systems that let it be opened so, but not read.
  if (out->disk_ >= 0 && lmdb::read_all(out->disk_, out->buffer_.get(), lmdb::page_bytes, 0) < 0
      && errno == EINVAL)
    ::close(std::exchange(out->disk_, -1));
  return out;
}

/// The journal as it is now, held until the transaction is reset. The meta page of a transaction is written
/// over by the next but one, which begins when the next is known to be committed.
result<journal_scrub::snapshot> journal_scrub::renew() {
  for (int tries = 0; tries < renewals_max; ++tries) {
    if (auto done = reading_.renew(); !done)
      return done.error();
    const auto meta = lmdb::read_meta_page(slice_pages{*this, false}, reading_.number());
    const auto last = committed_();
    if (last.transaction == reading_.number()) {
      if (!meta)
        return meta.error();
      if (meta->transaction != last.transaction || meta->trees != last.trees)
        return fault{fault_code::corrupt, file_ + " is damaged: the meta page of transaction "
                                              + std::to_string(last.transaction)
                                              + " is not what was written"};
      return snapshot{*meta, last.last_record};
    }
    reading_.reset();
    if (tries < renewals_at_once)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return fault{fault_code::unavailable, "cannot look through " + file_ + ": it never rests"};
}

result<scrub_slice> journal_scrub::verify(const scrub_cursor& from, std::size_t bytes_max) {
  bad_record_ = 0;
  const auto at = renew();
  if (!at) {
    reading_.reset();
    return at.error();
  }
  auto slice = look(slice_pages{*this, disk_ >= 0}, *at, from, bytes_max);
  if (!slice && slice.error().code == fault_code::corrupt && disk_ >= 0) {
    const slice_pages memory{*this, false};
    slice = look(memory, *at, from, bytes_max);
    if (slice) {
      const auto mended = mend(memory);
      if (mended)
        slice->mended = *mended;
      else
        slice = mended.error();
    }
  }
  reading_.reset();
  return slice;
}

/// A list of free pages that is longer than a part of a slice is only looked through by the first.
result<void> journal_scrub::free_pages(const slice_pages& pages, const snapshot& at, const scrub_cursor& from,
                                       std::size_t bytes_max, lmdb::page_census& into) {
  const auto& list = at.meta.free;
  const auto bytes = (list.branch_pages + list.leaf_pages + list.overflow_pages) * lmdb::page_bytes;
  if (!from.after.empty() && bytes > bytes_max / 4)
    return {};
  return lmdb::walk_free_pages(pages, at.meta, into);
}

result<scrub_slice> journal_scrub::look(const slice_pages& pages, const snapshot& at,
                                        const scrub_cursor& from, std::size_t bytes_max) {
  scrub_slice out;
  out.next = from;
  if (from.after.empty())
    out.next.upto = at.last_record;
  const auto in_file = ::lseek(memory_, 0, SEEK_END) / static_cast<off_t>(lmdb::page_bytes);
  if (at.meta.last_page > static_cast<std::uint64_t>(std::max<off_t>(in_file, 0)) + pages_behind_end_max)
    return fault{fault_code::corrupt, file_ + " is cut"};
  lmdb::page_census used{at.meta.last_page};
  if (auto done = free_pages(pages, at, from, bytes_max, used); !done)
    return done.error();
  journal_check check{from.after};
  const auto bytes_end = pages.bytes() + bytes_max; // Free pages say nothing of records.
  bool more = false;
  const auto visit = [&](std::string_view key, std::string_view value) -> result<bool> {
    if (journal_check::begins_anew(key) && key != from.after) {
      if (key.size() >= sizeof(std::uint64_t) && get_integer<std::uint64_t>(key) > out.next.upto)
        return false;
      more = pages.bytes() >= bytes_end && check.last_key() != from.after;
      if (more)
        return false;
    }
    const auto done = check.take(key, value);
    return done ? result<bool>{true} : result<bool>{done.error()};
  };
  const auto walked = lmdb::walk_part(pages, at.meta.main, from.after, used, visit);
  const auto ended = walked ? check.end() : result<void>{};
  if (!walked || !ended) {
    bad_record_ = check.bad_record();
    return walked ? ended.error() : walked.error();
  }
  out.pages = pages.seen().size();
  out.bytes = pages.bytes();
  out.end = !more;
  out.next.after = check.last_key();
  if (out.next.first == 0)
    out.next.first = check.first_record();
  const auto reached = out.next.after.empty() ? 0 : get_integer<std::uint64_t>(out.next.after);
  const auto all = static_cast<double>(out.next.upto - std::min(out.next.first, out.next.upto)) + 1;
  out.share =
      out.end ? 1 : std::min(1.0, static_cast<double>(reached - std::min(reached, out.next.first)) / all);
  return out;
}

/// Writes anew what the disk has otherwise than memory. Pre: the slice is whole as memory has it.
result<std::uint64_t> journal_scrub::mend(const slice_pages& memory) {
  auto pages = memory.seen();
  std::sort(pages.begin(), pages.end());
  pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
  std::uint64_t mended = 0;
  std::array<char, lmdb::page_bytes> right;
  for (const auto page : pages) {
    const auto at = page * lmdb::page_bytes;
    if (lmdb::read_all(memory_, right.data(), right.size(), at) != static_cast<ssize_t>(right.size()))
      return os_failure(errno, "read page " + std::to_string(page), file_);
    const auto got = lmdb::read_all(disk_, buffer_.get(), lmdb::page_bytes, at);
    if (got == static_cast<ssize_t>(right.size())
        && std::memcmp(right.data(), buffer_.get(), right.size()) == 0)
      continue;
    if (lmdb::write_all(memory_, right.data(), right.size(), at) != 0 || ::fdatasync(memory_) != 0)
      return os_failure(errno, "write page " + std::to_string(page) + " anew", file_);
    ++mended;
  }
  return mended;
}

} // namespace orderd::runtime
