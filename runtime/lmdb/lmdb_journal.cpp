#include "runtime/lmdb/lmdb_journal.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/journal_keys.hpp"

#include <algorithm>
#include <limits>

namespace orderd::runtime {

namespace {

/// Erased at least, if there is that much to erase, with an append however small.
constexpr std::uint64_t erased_bytes_min = 16u << 10;

/// Erased in one transaction when the journal is full.
constexpr std::uint64_t erased_bytes_when_full = 64u << 20;

/// What a row takes in a record beside key and value, and a record beside its rows, at most.
constexpr std::uint64_t row_overhead_bytes = 32;
constexpr std::uint64_t record_overhead_bytes = 4096;

result<void> put_record(lmdb::cursor& at, std::uint64_t number, std::string_view bytes) {
  for (std::uint32_t chunk = 0; !bytes.empty(); ++chunk) {
    const auto part = bytes.substr(0, chunk_bytes_max);
    if (auto done = at.put(chunk_key{number, chunk}.view(), part, MDB_APPEND); !done)
      return done;
    bytes.remove_prefix(part.size());
  }
  return {};
}

/// Erases the chunks of records from `first` on and below `end`.
result<void> erase_records(lmdb::cursor& at, std::uint64_t first, std::uint64_t end) {
  for (;;) {
    const auto found = at.seek(MDB_SET_RANGE, chunk_key{first, 0}.view());
    if (!found)
      return found.error();
    if (!*found || get_integer<std::uint64_t>(at.key()) >= end)
      return {};
    if (auto done = at.erase(); !done)
      return done;
  }
}

/// About what entries take, rather too much.
std::uint64_t room_of(std::span<const journal_entry> entries) {
  std::uint64_t bytes = 0;
  for (const auto& entry : entries) {
    bytes += record_overhead_bytes;
    const auto* epoch = std::get_if<epoch_ptr>(&entry);
    if (!epoch) {
      bytes += std::get<shard_note>(entry).record.size();
      continue;
    }
    for (const auto& write : (*epoch)->writes)
      bytes += row_overhead_bytes + write.key.key().size() + (write.value ? write.value->size() : 0);
  }
  return bytes;
}

} // namespace

lmdb_journal::lmdb_journal(std::string folder, std::unique_ptr<lmdb::environment> environment, MDB_dbi chunks,
                           std::uint64_t limit_bytes)
    : folder_(std::move(folder)), environment_(std::move(environment)), chunks_(chunks),
      limit_bytes_(limit_bytes) {}

lmdb_journal::~lmdb_journal() {
  // An orderly stop. When it fails the file says less, which is still true.
  if (end_)
    (void)end_->sync();
}

// -- append --------------------------------------------------------------------------------------

result<void> lmdb_journal::append(std::span<const journal_entry> entries) {
  if (auto usable = check_usable(); !usable)
    return usable;
  auto done = make_room(entries);
  if (done)
    done = append_entries(entries);
  failed_ = !done;
  return done;
}

// What a transaction frees only later ones can use: erasing first in the same one would not help.
result<void> lmdb_journal::make_room(std::span<const journal_entry> entries) {
  const auto needed = room_of(entries);
  while (filled_bytes_ + needed > limit_bytes_) {
    auto writing = environment_->begin_write();
    if (!writing)
      return writing.error();
    {
      const std::lock_guard changing{knowing_};
      auto at = lmdb::cursor::open(*writing, chunks_);
      if (!at)
        return at.error();
      const auto erased = erase_covered(*at, erased_bytes_when_full);
      if (!erased)
        return erased.error();
      if (*erased == 0)
        return full();
      if (auto done = put_marks(*at); !done)
        return done;
    }
    if (auto done = commit(*std::move(writing)); !done)
      return done;
  }
  return {};
}

// What it remembers of the records changes as they are written: after a failure nothing looks at it again.
result<void> lmdb_journal::append_entries(std::span<const journal_entry> entries) {
  auto writing = environment_->begin_write();
  if (!writing)
    return writing.error();
  {
    const std::lock_guard changing{knowing_};
    auto at = lmdb::cursor::open(*writing, chunks_);
    if (!at)
      return at.error();
    const std::uint64_t bytes_before = size_bytes_;
    for (const auto& entry : entries) {
      const auto* epoch = std::get_if<epoch_ptr>(&entry);
      if (auto done = epoch ? put_epoch(*at, **epoch) : put_note(*at, std::get<shard_note>(entry)); !done)
        return done;
    }
    const auto added_bytes = size_bytes_ > bytes_before ? size_bytes_ - bytes_before : 0;
    if (auto erased = erase_covered(*at, 2 * added_bytes + erased_bytes_min); !erased)
      return erased.error();
    if (auto done = put_marks(*at); !done)
      return done;
  }
  return commit(*std::move(writing));
}

result<void> lmdb_journal::commit(lmdb::transaction writing) {
  filled_bytes_ = writing.bytes_of(chunks_);
  if (auto done = writing.commit(); !done)
    return done;
  const auto now = position();
  if (!now)
    return now.error();
  if (auto done = end_->advance(*now); !done)
    return done;
  const std::lock_guard changing{knowing_};
  committed_ = *now;
  return {};
}

result<void> lmdb_journal::put_epoch(lmdb::cursor& at, const epoch& what) {
  const auto bytes = encode_epoch(what);
  if (auto done = put_record(at, next_, bytes); !done)
    return done;
  remember(what, next_++, bytes);
  return {};
}

result<void> lmdb_journal::put_note(lmdb::cursor& at, const shard_note& what) {
  if (auto done = at.put(chunk_key{head_record, what.shard}.view(), seal_note(what.shard, what.record));
      !done)
    return done;
  return what.keep_upto ? cut(at, what.shard, *what.keep_upto) : result<void>{};
}

result<void> lmdb_journal::cut(lmdb::cursor& at, std::uint32_t shard, std::uint64_t keep_upto) {
  auto& records = shards_[shard];
  while (!records.epochs.empty() && records.epochs.back().epoch > keep_upto) {
    const auto last = records.epochs.back();
    records.epochs.pop_back();
    if (auto done = erase_records(at, last.record, last.record + 1); !done)
      return done;
    forget(records, last);
  }
  records.synced = std::min(records.synced, keep_upto);
  if (records.floor.epoch > keep_upto) {
    // Another history: what comes next may begin anywhere.
    records.floor = {};
    records.floor_changed = true;
  }
  return {};
}

void lmdb_journal::remember(const epoch& what, std::uint64_t record, std::string_view bytes) {
  auto& records = shards_[what.shard];
  records.epochs.push_back({what.number, record, bytes.size(), hash_of(what), what.time_ms});
  records.bytes += bytes.size();
  size_bytes_ += bytes.size();
}

void lmdb_journal::forget(shard_records& of, const stored_epoch& what) {
  of.bytes -= what.bytes;
  size_bytes_ -= what.bytes;
  gaps_.erase(what.record);
}

// -- trim ----------------------------------------------------------------------------------------

void lmdb_journal::trim(std::uint32_t shard, std::uint64_t upto) {
  const std::lock_guard changing{knowing_};
  auto& synced = shards_[shard].synced;
  synced = std::max(synced, upto);
}

lmdb_journal::shard_records* lmdb_journal::oldest_covered() {
  shard_records* oldest = nullptr;
  for (auto& [shard, records] : shards_) {
    if (records.epochs.empty() || records.epochs.front().epoch > records.synced)
      continue;
    if (!oldest || records.epochs.front().record < oldest->epochs.front().record)
      oldest = &records;
  }
  return oldest;
}

result<std::uint64_t> lmdb_journal::erase_covered(lmdb::cursor& at, std::uint64_t bytes_max) {
  std::uint64_t bytes = 0;
  std::uint64_t run_first = 0; // [run_first, run_end): known to be erased, still in the store
  std::uint64_t run_end = 0;
  for (auto* from = oldest_covered(); from && bytes < bytes_max; from = oldest_covered()) {
    const auto gone = from->epochs.front();
    from->epochs.pop_front();
    from->floor = {gone.epoch, gone.hash};
    from->floor_changed = true;
    forget(*from, gone);
    bytes += gone.bytes;
    if (gone.record != run_end) {
      if (auto done = erase_records(at, run_first, run_end); run_first != run_end && !done)
        return done.error();
      run_first = gone.record;
    }
    run_end = gone.record + 1;
  }
  if (run_first == run_end)
    return bytes;
  auto done = erase_records(at, run_first, run_end);
  return done ? result<std::uint64_t>{bytes} : done.error();
}

std::uint64_t lmdb_journal::oldest_record() const {
  auto oldest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [shard, records] : shards_) {
    if (!records.epochs.empty())
      oldest = std::min(oldest, records.epochs.front().record);
  }
  return oldest;
}

/// What the erased records leave behind: the last number, where older ones stay, and how far it went.
result<void> lmdb_journal::put_marks(lmdb::cursor& at) {
  if (const auto oldest = oldest_record(); oldest < next_)
    gaps_.drop_below(oldest);
  for (const auto& [first, end] : gaps_.take_changes()) {
    auto done = end ? at.put(chunk_key{first, 0}.view(), seal_erased({first, *end}))
                    : erase_records(at, first, first + 1);
    if (!done)
      return done;
  }
  for (auto& [shard, records] : shards_) {
    if (!std::exchange(records.floor_changed, false))
      continue;
    const auto key = chunk_key{head_record, floor_mark | shard};
    if (auto done = at.put(key.view(), seal_floor(shard, records.floor)); !done)
      return done;
  }
  return {};
}

// -- how full it is ------------------------------------------------------------------------------

double lmdb_journal::filled() const {
  return static_cast<double>(filled_bytes_) / static_cast<double>(limit_bytes_);
}

journal_store::shard_use lmdb_journal::used_by(std::uint32_t shard) const {
  const auto known = shards_.find(shard);
  if (known == shards_.end() || known->second.epochs.empty())
    return {};
  return {known->second.bytes, known->second.epochs.front().time_ms};
}

fault lmdb_journal::full() const {
  const auto largest = std::max_element(shards_.begin(), shards_.end(), [](const auto& a, const auto& b) {
    return a.second.bytes < b.second.bytes;
  });
  const auto shard = largest == shards_.end() ? 0 : largest->first;
  return {fault_code::storage_full, "the journal in " + folder_ + " is full: " + std::to_string(filled_bytes_)
                                        + " bytes of " + std::to_string(limit_bytes_)
                                        + ", and nothing of it is in the states yet; most is of shard "
                                        + std::to_string(shard)};
}

} // namespace orderd::runtime
