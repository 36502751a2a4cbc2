#include "runtime/lmdb/lmdb_scrub.hpp"

#include "runtime/base/disk.hpp"
#include "runtime/lmdb/page_sums_form.hpp"
#include "runtime/storage/rows_digest.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace orderd::runtime {

namespace {

/// Read with one call; also what reads past memory must be aligned to.
constexpr std::size_t buffer_bytes = std::size_t{1} << 18;
constexpr std::size_t buffer_pages = buffer_bytes / lmdb::page_bytes;

/// Counts what is read.
class counted final : public lmdb::page_source {
public:
  counted(lmdb::page_source& pages, scrub_slice& into) : pages_(pages), into_(into) {}
  result<void> read(lmdb::page_number number, char* to) override {
    ++into_.pages;
    into_.bytes += lmdb::page_bytes;
    return pages_.read(number, to);
  }

private:
  lmdb::page_source& pages_;
  scrub_slice& into_;
};

} // namespace

lmdb_scrub::lmdb_scrub(lmdb::transaction reading, lmdb::page_sums& pages, std::uint32_t shard)
    : reading_(std::move(reading)), pages_(pages), shard_(shard),
      disk_(::open((pages.folder() + "/data.mdb").c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT)),
      buffer_(static_cast<char*>(std::aligned_alloc(lmdb::page_bytes, buffer_bytes)), &std::free) {}

lmdb_scrub::~lmdb_scrub() {
  if (disk_ >= 0)
    ::close(disk_);
}

result<std::unique_ptr<lmdb_scrub>> lmdb_scrub::make(lmdb::environment& environment, lmdb::page_sums& pages,
                                                     std::uint32_t shard) {
  auto reading = environment.begin_read();
  if (!reading)
    return reading.error();
  reading->reset();
  std::unique_ptr<lmdb_scrub> out{new lmdb_scrub{*std::move(reading), pages, shard}};
  if (!out->buffer_)
    return os_failure(ENOMEM, "get memory to look through", pages.folder());
  return out;
}

/// The state as it is now, held until the transaction is reset.
result<lmdb::meta> lmdb_scrub::renew() {
  for (;;) {
    if (auto done = reading_.renew(); !done)
      return done.error();
    if (const auto at = pages_.snapshot_of(reading_.number()))
      return *at;
    reading_.reset(); // Two commits since.
  }
}

result<scrub_slice> lmdb_scrub::verify(const scrub_cursor& from, std::size_t bytes_max) {
  const auto at = renew();
  if (!at)
    return at.error();
  scrub_slice out;
  out.next = from;
  auto done = from.rows ? rows_of(*at, bytes_max, out) : pages_of(*at, bytes_max, out);
  reading_.reset();
  return done ? result<scrub_slice>{std::move(out)} : done.error();
}

// -- pages ---------------------------------------------------------------------------------------

result<void> lmdb_scrub::pages_of(const lmdb::meta& at, std::size_t bytes_max, scrub_slice& out) {
  auto& next = out.next.page;
  next = std::max<lmdb::page_number>(next, lmdb::metas);
  std::vector<lmdb::page_number> wrong;
  while (next <= at.last && out.bytes < bytes_max) {
    const auto count = std::min<std::uint64_t>(buffer_pages, at.last + 1 - next);
    const auto got = pages_.read_from(disk_, next, count, buffer_.get());
    if (!got)
      return got.error();
    for (std::uint64_t i = 0; i < count; ++i)
      if (i >= *got || !pages_.good(next + i, buffer_.get() + i * lmdb::page_bytes))
        wrong.push_back(next + i);
    next += count;
    out.pages += count;
    out.bytes += count * lmdb::page_bytes;
  }
  out.next.rows = next > at.last;
  out.share = static_cast<double>(next) / static_cast<double>(at.last + 1) / 2;
  return wrong.empty() ? result<void>{} : wrong_pages(at, wrong, out);
}

/// Free pages are being written, or hold what a commit that was cut short has left.
result<void> lmdb_scrub::wrong_pages(const lmdb::meta& at, const std::vector<lmdb::page_number>& wrong,
                                     scrub_slice& out) {
  const auto free = pages_.free_pages(at);
  if (!free)
    return free.error();
  for (const auto number : wrong) {
    if ((*free)[number])
      continue;
    // Alone: one that cannot be read takes its neighbours with it.
    const auto got = pages_.read_from(disk_, number, 1, buffer_.get());
    if (!got)
      return got.error();
    if (*got == 1 && pages_.good(number, buffer_.get()))
      continue;
    if (auto done = pages_.read(number, buffer_.get()); !done)
      return done;
    if (auto done = pages_.write_again(number, buffer_.get()); !done)
      return done;
    ++out.mended;
  }
  return {};
}

// -- rows ----------------------------------------------------------------------------------------

result<void> lmdb_scrub::rows_of(const lmdb::meta& at, std::size_t bytes_max, scrub_slice& out) {
  counted pages{pages_, out};
  lmdb::tree_cursor names{pages};
  names.enter(at.names);
  std::uint64_t seen = 0;
  std::uint64_t all = 0;
  std::vector<std::pair<row_place, lmdb::tree>> places;
  auto moved = names.first();
  for (; moved && *moved; moved = names.next()) {
    const auto record = names.value();
    if (!record)
      return record.error();
    const auto place = place_named(names.key());
    const auto rows = lmdb::tree::parse(*record);
    if (!place)
      continue;
    if (!rows)
      return fault{fault_code::corrupt, "shard " + std::to_string(shard_) + ": what database "
                                            + std::string{names.key()} + " is cannot be read"};
    places.emplace_back(*place, *rows);
    all += rows->rows;
  }
  if (!moved)
    return moved.error();
  std::sort(places.begin(), places.end(),
            [](const auto& a, const auto& b) { return a.first.number() < b.first.number(); });
  const auto bytes_end = out.bytes + bytes_max; // What was read of the names says nothing of rows.
  for (const auto& [place, rows] : places) {
    if (place.number() >= out.next.place && out.bytes < bytes_end) {
      if (auto done = rows_of_place(place, rows, bytes_end, out); !done)
        return done;
    }
    if (place.number() < out.next.place)
      seen += rows.rows;
  }
  out.end = places.empty() || out.next.place > places.back().first.number();
  out.share =
      out.end ? 1 : 0.5 + 0.5 * static_cast<double>(seen) / static_cast<double>(std::max(all, seen + 1));
  return {};
}

result<void> lmdb_scrub::rows_of_place(row_place place, const lmdb::tree& rows, std::size_t bytes_end,
                                       scrub_slice& out) {
  if (place.number() > out.next.place)
    out.next.after.clear();
  out.next.place = place.number();
  counted pages{pages_, out};
  lmdb::tree_cursor at{pages};
  at.enter(rows);
  auto moved = out.next.after.empty() ? at.first() : at.seek(out.next.after + '\0');
  for (; moved && *moved; moved = at.next()) {
    const auto stored = at.value();
    if (!stored)
      return stored.error();
    out.rows.add(row_hash(place.in(), at.key(), unsealed(*stored)));
    if (const auto opened = open_row(shard_, place.in(), at.key(), *stored); !opened) {
      if (out.bad_rows++ == 0)
        out.bad_row = opened.error().message;
    }
    if (out.bytes >= bytes_end) {
      out.next.after = at.key();
      return {};
    }
  }
  if (!moved)
    return moved.error();
  out.next.place = place.number() + 1u;
  out.next.after.clear();
  return {};
}

} // namespace orderd::runtime
