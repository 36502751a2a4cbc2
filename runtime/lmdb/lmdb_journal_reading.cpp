// Of the journal: opening it, replaying it, and reading from it.
#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/journal_keys.hpp"
#include "runtime/lmdb/lmdb_journal.hpp"
#include "runtime/lmdb/lmdb_pages.hpp"

#include <algorithm>
#include <optional>

namespace orderd::runtime {

namespace {

/// Records read at a time when replaying, so that no read transaction gets old.
constexpr std::size_t replay_bytes = 16u << 20;

/// How often the journal's end is synced: what a loss of power may make it forget, and a write of the disk.
constexpr std::chrono::seconds end_sync_interval{1};

std::string end_file(const std::string& folder) {
  return folder + "/end";
}

} // namespace

// -- open ----------------------------------------------------------------------------------------

result<std::unique_ptr<lmdb_journal>> lmdb_journal::open(const std::string& folder,
                                                         const lmdb::environment_options& options,
                                                         const std::string& id) {
  // All of it is about to be read: one more look at its pages costs little, and LMDB believes what it reads.
  if (auto sound = lmdb::check_plain_file(folder + "/data.mdb"); !sound)
    return sound.error();
  auto with_reserve = options;
  with_reserve.map_bytes += options.map_bytes / 2;
  auto environment = lmdb::environment::open(folder, with_reserve);
  if (!environment)
    return environment.error();
  auto writing = (*environment)->begin_write();
  if (!writing)
    return writing.error();
  auto chunks = writing->database("", true);
  if (!chunks)
    return chunks.error();
  const auto filled = writing->bytes_of(**chunks);
  if (auto done = writing->commit(); !done)
    return done.error();
  std::unique_ptr<lmdb_journal> out{
      new lmdb_journal{folder, *std::move(environment), **chunks, options.map_bytes}};
  out->filled_bytes_ = filled;
  if (auto done = out->load_head(); !done)
    return done.error();
  if (auto done = out->load_last_number(); !done)
    return done.error();
  if (auto done = out->identify(id); !done)
    return done.error();
  const auto now = out->position();
  if (!now)
    return now.error();
  out->committed_ = *now;
  return out;
}

/// Which journal it is, and how far its shards were trimmed. Notes are read when they are asked for.
result<void> lmdb_journal::load_head() {
  auto reading = environment_->begin_read();
  if (!reading)
    return reading.error();
  auto at = lmdb::cursor::open(*reading, chunks_);
  if (!at)
    return at.error();
  auto found = at->seek(MDB_SET_RANGE, chunk_key{head_record, floor_mark}.view());
  for (; found && *found; found = at->move(MDB_NEXT)) {
    if (at->key().size() != chunk_key::size || get_integer<std::uint64_t>(at->key()) != head_record)
      break;
    const auto what = get_integer<std::uint32_t>(at->key().substr(8));
    if (what == identity_mark) {
      auto id = open_identity(at->value());
      if (!id)
        return id.error();
      id_ = *std::move(id);
      continue;
    }
    const auto shard = what & ~floor_mark;
    const auto floor = open_floor(shard, at->value());
    if (!floor)
      return floor.error();
    shards_[shard].floor = *floor;
  }
  return found ? result<void>{} : found.error();
}

result<void> lmdb_journal::load_last_number() {
  auto reading = environment_->begin_read();
  if (!reading)
    return reading.error();
  auto at = lmdb::cursor::open(*reading, chunks_);
  if (!at)
    return at.error();
  const auto found = at->move(MDB_LAST);
  if (!found)
    return found.error();
  if (!*found || at->key().size() != chunk_key::size)
    return {};
  const auto last = get_integer<std::uint64_t>(at->key());
  next_ = last + 1;
  // What a later chunk of a record begins with is any byte of it.
  const bool whole = get_integer<std::uint32_t>(at->key().substr(sizeof last)) == 0;
  if (last == head_record || !whole || !is_erased(at->value()))
    return {};
  const auto run = open_erased(last, at->value());
  if (!run)
    return run.error();
  next_ = run->end;
  return {};
}

/// With an id it must be that journal, and as far as its end says. Without: it gets what it lacks.
result<void> lmdb_journal::identify(const std::string& id) {
  const auto file = end_file(folder_);
  if (id.empty() && id_.empty()) {
    auto writing = environment_->begin_write();
    if (!writing)
      return writing.error();
    id_ = new_journal_id();
    if (auto done = writing->put(chunks_, chunk_key{head_record, identity_mark}.view(), seal_identity(id_));
        !done)
      return done;
    if (auto done = writing->commit(); !done)
      return done;
  }
  if (!id.empty() && id_ != id)
    return fault{fault_code::corrupt,
                 "the journal in " + folder_ + " is " + (id_.empty() ? "one without an id" : id_)
                     + ", but node.json names " + id
                     + ": it is that of another data folder, or an empty one. Acknowledged orders may be "
                       "missing from it: put back the one that belongs here, or, in a cluster, let the node "
                       "take copies of the others with --replace-disk"};
  const auto now = position();
  if (!now)
    return now.error();
  if (id.empty()) {
    if (auto done = journal_end::create(file, id_, *now); !done)
      return done;
  }
  auto end = journal_end::open(file);
  if (!end)
    return end.error();
  end_ = *std::move(end);
  if (auto fits = end_->check(id_, *now); !fits)
    return fits;
  if (end_->last() == *now)
    return {};
  if (auto done = end_->advance(*now); !done)
    return done;
  return end_->sync();
}

result<journal_position> lmdb_journal::position() const {
  const auto last = environment_->last_commit();
  if (!last)
    return last.error();
  return journal_position{last->transaction, next_ - 1, last->trees};
}

result<void> lmdb_journal::sync_end() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (now - std::chrono::steady_clock::duration{end_synced_at_} < end_sync_interval)
    return {};
  end_synced_at_ = now.count();
  return end_->sync();
}

// -- replay --------------------------------------------------------------------------------------

result<void> lmdb_journal::replay(const std::function<result<void>(epoch_ptr)>& visit) {
  require(!replayed_, "journal replayed twice");
  replayed_ = true;
  const auto end = next_;
  next_ = head_record; // of the first record there is
  std::optional<std::uint64_t> leading_run;
  for (;;) {
    auto loaded = load(std::max(next_, head_record + 1), replay_bytes);
    if (!loaded)
      return loaded.error();
    if (next_ == head_record && !loaded->empty() && is_erased(loaded->front().bytes))
      leading_run = loaded->front().number;
    for (const auto& record : *loaded) {
      if (auto done = replay_record(record, visit); !done)
        return done;
    }
    if (loaded->empty())
      break;
  }
  next_ = std::max(next_, end);
  // Erased records are remembered only while there is an older one, or nothing but them.
  if (leading_run && oldest_record() < next_)
    return fault{fault_code::corrupt, "a record of the journal before " + std::to_string(*leading_run)
                                          + " is missing: from there on some were erased because of it"};
  return {};
}

result<void> lmdb_journal::replay_record(const loaded_record& record,
                                         const std::function<result<void>(epoch_ptr)>& visit) {
  const auto damaged = [&](const fault& why) {
    return fault{why.code, "record " + std::to_string(record.number) + " of the journal: " + why.message};
  };
  if (next_ != head_record && record.number != next_)
    return fault{fault_code::corrupt, "record " + std::to_string(next_)
                                          + " of the journal is missing; the next is "
                                          + std::to_string(record.number)};
  next_ = record.number + 1;
  if (is_cut(record.bytes) || is_erased(record.bytes)) {
    const auto done = replay_mark(record);
    return done ? done : damaged(done.error());
  }
  auto epoch = decode_epoch(record.bytes);
  if (!epoch)
    return damaged(epoch.error());
  remember(**epoch, record.number, record.bytes);
  return visit(*std::move(epoch));
}

result<void> lmdb_journal::replay_mark(const loaded_record& record) {
  if (is_cut(record.bytes)) {
    const auto mark = open_cut(record.bytes);
    if (!mark)
      return mark.error();
    gaps_.restore(record.number, record.number + 1);
    return {};
  }
  const auto run = open_erased(record.number, record.bytes);
  if (!run)
    return run.error();
  gaps_.restore(run->first, run->end);
  next_ = run->end;
  return {};
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
    if (at->key().size() != chunk_key::size)
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
  auto found = at->seek(MDB_SET_RANGE, chunk_key{head_record, 0}.view());
  for (; found && *found && get_integer<std::uint64_t>(at->key()) == head_record;
       found = at->move(MDB_NEXT)) {
    const auto shard = get_integer<std::uint32_t>(at->key().substr(8));
    if (shard >= floor_mark)
      break;
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
  const auto known = shards_.find(shard);
  if (known == shards_.end())
    return out;
  const auto& epochs = known->second.epochs;
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
  const auto known = shards_.find(shard);
  return known == shards_.end() || known->second.epochs.empty() ? 0 : known->second.epochs.front().epoch;
}

epoch_mark lmdb_journal::trimmed(std::uint32_t shard) const {
  const auto known = shards_.find(shard);
  return known == shards_.end() ? epoch_mark{}
                                : epoch_mark{known->second.floor.epoch, 0, known->second.floor.hash, 0};
}

// -- looking through it --------------------------------------------------------------------------

journal_position lmdb_journal::committed() const {
  const std::lock_guard reading{knowing_};
  return committed_;
}

result<scrub_slice> lmdb_journal::verify(const scrub_cursor& from, std::size_t bytes_max) {
  if (!scrub_) {
    auto made = journal_scrub::make(*environment_, folder_, [this] { return committed(); });
    if (!made)
      return made.error();
    scrub_ = *std::move(made);
  }
  auto slice = scrub_->verify(from, bytes_max);
  if (!slice && slice.error().code == fault_code::corrupt)
    return fault{fault_code::corrupt, slice.error().message + "; " + at_stake(scrub_->bad_record())};
  return slice;
}

/// What a start would lose with the record (0: with all of it), as a sentence.
std::string lmdb_journal::at_stake(std::uint64_t record) const {
  const std::lock_guard reading{knowing_};
  std::uint64_t needed = 0;
  for (const auto& [shard, records] : shards_)
    for (const auto& each : records.epochs) {
      const bool covered = each.epoch <= records.synced;
      needed += covered ? 0 : 1;
      if (each.record != record)
        continue;
      return "it is epoch " + std::to_string(each.epoch) + " of shard " + std::to_string(shard)
             + (covered ? ", which the state has: the journal erases it with its next appends"
                        : ", which is not in the state yet, or is kept for another replica");
    }
  if (record != 0)
    return "no epoch of it is needed any more";
  return std::to_string(needed) + " of its epochs are not in the states yet, or are kept for other replicas";
}

} // namespace orderd::runtime
