#include "runtime/lmdb_journal.hpp"

#include "runtime/bytes.hpp"
#include "runtime/journal_records.hpp"

#include <algorithm>

namespace orderd::runtime {

namespace {

/// Key of a chunk: {record u64, chunk u32}. Of a note: {0, shard}.
constexpr std::size_t key_bytes = 8 + 4;

constexpr std::uint64_t note_record = 0;

/// Bytes of a chunk: a run of four pages of 4,096 bytes, less LMDB's header of 16. Short runs of equal
/// length are found in the first entries of the list of free pages. Chunks of half a page, which need no
/// run at all, cost a third more processor time and pages written; whole records need runs of any length.
constexpr std::size_t chunk_bytes_max = 4 * 4096 - 16;

/// Records read at a time when replaying, so that no read transaction gets old.
constexpr std::size_t replay_bytes = 16u << 20;

/// Erased at least, if there is that much to erase, with an append however small.
constexpr std::uint64_t erased_bytes_min = 16u << 10;

struct chunk_key {
  char bytes[key_bytes];

  chunk_key(std::uint64_t record, std::uint32_t chunk) { put_integer(put_integer(bytes, record), chunk); }
  std::string_view view() const noexcept { return {bytes, sizeof bytes}; }
};

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

} // namespace

result<std::unique_ptr<lmdb_journal>> lmdb_journal::open(const std::string& folder,
                                                         const lmdb::environment_options& options) {
  auto environment = lmdb::environment::open(folder, options);
  if (!environment)
    return environment.error();
  auto writing = (*environment)->begin_write();
  if (!writing)
    return writing.error();
  auto chunks = writing->database("", true);
  if (!chunks)
    return chunks.error();
  if (auto done = writing->commit(); !done)
    return done.error();
  return std::unique_ptr<lmdb_journal>{new lmdb_journal{*std::move(environment), **chunks}};
}

// -- replay --------------------------------------------------------------------------------------

result<void> lmdb_journal::replay(const std::function<result<void>(epoch_ptr)>& visit) {
  require(!replayed_, "journal replayed twice");
  replayed_ = true;
  std::uint64_t next = note_record + 1;
  for (;;) {
    auto loaded = load(next, replay_bytes);
    if (!loaded)
      return loaded.error();
    if (loaded->empty())
      return {};
    for (const auto& record : *loaded) {
      if (auto done = replay_record(record, visit); !done)
        return done;
    }
    next = loaded->back().number + 1;
  }
}

result<void> lmdb_journal::replay_record(const loaded_record& record,
                                         const std::function<result<void>(epoch_ptr)>& visit) {
  const auto damaged = [&](const fault& why) {
    return fault{why.code, "record " + std::to_string(record.number) + " of the journal: " + why.message};
  };
  if (!records_.empty() && record.number != first_ + records_.size())
    return fault{fault_code::corrupt, "record " + std::to_string(first_ + records_.size())
                                          + " of the journal is missing; the next is "
                                          + std::to_string(record.number)};
  if (records_.empty())
    first_ = record.number;
  if (is_cut(record.bytes)) {
    const auto mark = open_cut(record.bytes);
    if (!mark)
      return damaged(mark.error());
    remember({mark->shard, 0, record.bytes.size()});
    return {};
  }
  auto epoch = decode_epoch(record.bytes);
  if (!epoch)
    return damaged(epoch.error());
  remember({(*epoch)->shard, (*epoch)->number, record.bytes.size()});
  return visit(*std::move(epoch));
}

result<std::vector<lmdb_journal::loaded_record>> lmdb_journal::load(std::uint64_t first,
                                                                    std::size_t bytes_max) {
  auto reading = environment_->begin_read();
  if (!reading)
    return reading.error();
  auto at = lmdb::cursor::open(*reading, chunks_);
  if (!at)
    return at.error();
  std::vector<loaded_record> out;
  std::size_t bytes = 0;
  auto found = at->seek(MDB_SET_RANGE, chunk_key{first, 0}.view());
  for (; found && *found; found = at->move(MDB_NEXT)) {
    if (at->key().size() != key_bytes)
      return fault{fault_code::corrupt,
                   "a key of the journal has " + std::to_string(at->key().size()) + " bytes"};
    const auto number = get_integer<std::uint64_t>(at->key());
    if (out.empty() || out.back().number != number) {
      if (bytes >= bytes_max)
        return out;
      out.push_back({number, {}});
    }
    out.back().bytes += at->value();
    bytes += at->value().size();
  }
  if (!found)
    return found.error();
  return out;
}

result<void> lmdb_journal::check_usable() const {
  require(replayed_, "journal used before it was replayed");
  if (failed_)
    return fault{fault_code::internal, "the journal failed before: what it holds is unknown"};
  return {};
}

// -- reading -------------------------------------------------------------------------------------

result<std::map<std::uint32_t, std::string>> lmdb_journal::notes() {
  if (auto usable = check_usable(); !usable)
    return usable.error();
  auto reading = environment_->begin_read();
  if (!reading)
    return reading.error();
  auto at = lmdb::cursor::open(*reading, chunks_);
  if (!at)
    return at.error();
  std::map<std::uint32_t, std::string> out;
  auto found = at->seek(MDB_SET_RANGE, chunk_key{note_record, 0}.view());
  for (; found && *found && get_integer<std::uint64_t>(at->key()) == note_record;
       found = at->move(MDB_NEXT)) {
    const auto shard = get_integer<std::uint32_t>(at->key().substr(8));
    const auto note = open_note(shard, at->value());
    if (!note)
      return note.error();
    out.emplace(shard, *note);
  }
  if (!found)
    return found.error();
  return out;
}

result<std::vector<epoch_ptr>> lmdb_journal::read(std::uint32_t shard, std::uint64_t first,
                                                  std::size_t bytes_max) {
  if (auto usable = check_usable(); !usable)
    return usable.error();
  std::vector<epoch_ptr> out;
  const auto known = by_shard_.find(shard);
  if (known == by_shard_.end())
    return out;
  const auto& epochs = known->second;
  auto next = std::lower_bound(epochs.begin(), epochs.end(), first,
                               [](const auto& stored, std::uint64_t epoch) { return stored.epoch < epoch; });
  std::size_t bytes = 0;
  for (; next != epochs.end() && next->epoch == first + out.size(); ++next) {
    if (!out.empty() && bytes >= bytes_max)
      break;
    const auto loaded = load(next->record, 1);
    if (!loaded)
      return loaded.error();
    if (loaded->empty() || loaded->front().number != next->record)
      return fault{fault_code::corrupt,
                   "record " + std::to_string(next->record) + " of the journal is missing"};
    auto epoch = decode_epoch(loaded->front().bytes);
    if (!epoch)
      return fault{epoch.error().code,
                   "record " + std::to_string(next->record) + " of the journal: " + epoch.error().message};
    bytes += loaded->front().bytes.size();
    out.push_back(*std::move(epoch));
  }
  return out;
}

std::uint64_t lmdb_journal::first_epoch(std::uint32_t shard) const {
  const auto known = by_shard_.find(shard);
  return known == by_shard_.end() || known->second.empty() ? 0 : known->second.front().epoch;
}

// -- append --------------------------------------------------------------------------------------

result<void> lmdb_journal::append(std::span<const journal_entry> entries) {
  if (auto usable = check_usable(); !usable)
    return usable;
  auto done = append_entries(entries);
  failed_ = !done;
  return done;
}

// What it remembers of the records changes as they are written: after a failure nothing looks at it again.
result<void> lmdb_journal::append_entries(std::span<const journal_entry> entries) {
  auto writing = environment_->begin_write();
  if (!writing)
    return writing.error();
  {
    auto at = lmdb::cursor::open(*writing, chunks_);
    if (!at)
      return at.error();
    const auto first_added = first_ + records_.size();
    for (const auto& entry : entries) {
      const auto* epoch = std::get_if<epoch_ptr>(&entry);
      if (auto done = epoch ? put_epoch(*at, **epoch) : put_note(*at, std::get<shard_note>(entry)); !done)
        return done;
    }
    std::uint64_t added_bytes = 0;
    for (auto number = first_added; number < first_ + records_.size(); ++number)
      added_bytes += records_[number - first_].bytes;
    if (auto done = erase_covered(*at, 2 * added_bytes + erased_bytes_min); !done)
      return done;
  }
  return writing->commit();
}

result<void> lmdb_journal::put_epoch(lmdb::cursor& at, const epoch& what) {
  const auto bytes = encode_epoch(what);
  if (auto done = put_record(at, first_ + records_.size(), bytes); !done)
    return done;
  remember({what.shard, what.number, bytes.size()});
  return {};
}

result<void> lmdb_journal::put_note(lmdb::cursor& at, const shard_note& what) {
  if (auto done = at.put(chunk_key{note_record, what.shard}.view(), seal_note(what.shard, what.record));
      !done)
    return done;
  return what.keep_upto ? cut(at, what.shard, *what.keep_upto) : result<void>{};
}

result<void> lmdb_journal::cut(lmdb::cursor& at, std::uint32_t shard, std::uint64_t keep_upto) {
  auto& epochs = by_shard_[shard];
  for (; !epochs.empty() && epochs.back().epoch > keep_upto; epochs.pop_back()) {
    const auto [epoch, number] = epochs.back();
    if (auto done = erase_records(at, number, number + 1); !done)
      return done;
    const auto mark = seal_cut({shard, epoch});
    if (auto done = at.put(chunk_key{number, 0}.view(), mark); !done)
      return done;
    auto& record = records_[number - first_];
    size_bytes_ += mark.size();
    size_bytes_ -= record.bytes;
    record = {shard, 0, mark.size()};
  }
  if (const auto synced = synced_epoch_.find(shard); synced != synced_epoch_.end())
    synced->second = std::min(synced->second, keep_upto);
  return {};
}

void lmdb_journal::remember(const stored_record& record) {
  if (record.epoch != 0)
    by_shard_[record.shard].push_back({record.epoch, first_ + records_.size()});
  records_.push_back(record);
  size_bytes_ += record.bytes;
}

// -- trim ----------------------------------------------------------------------------------------

void lmdb_journal::trim(std::uint32_t shard, std::uint64_t upto) {
  auto& synced = synced_epoch_[shard];
  synced = std::max(synced, upto);
}

bool lmdb_journal::covered(const stored_record& record) const {
  if (record.epoch == 0)
    return true;
  const auto synced = synced_epoch_.find(record.shard);
  return synced != synced_epoch_.end() && record.epoch <= synced->second;
}

result<void> lmdb_journal::erase_covered(lmdb::cursor& at, std::uint64_t bytes_max) {
  const auto first = first_;
  std::uint64_t bytes = 0;
  while (!records_.empty() && bytes < bytes_max && covered(records_.front())) {
    bytes += records_.front().bytes;
    forget_front();
  }
  return first == first_ ? result<void>{} : erase_records(at, first, first_);
}

void lmdb_journal::forget_front() {
  const auto& record = records_.front();
  if (record.epoch != 0)
    by_shard_[record.shard].pop_front();
  size_bytes_ -= record.bytes;
  records_.pop_front();
  ++first_;
}

} // namespace orderd::runtime
