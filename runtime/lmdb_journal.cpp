#include "runtime/lmdb_journal.hpp"

#include "runtime/bytes.hpp"

#include <vector>

namespace orderd::runtime {

namespace {

/// Key of a chunk: {record u64, chunk u32}.
constexpr std::size_t key_bytes = 8 + 4;

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
  std::uint64_t next = 0;
  for (;;) {
    auto loaded = load(next, replay_bytes);
    if (!loaded)
      return loaded.error();
    if (loaded->empty())
      return {};
    for (const auto& record : *loaded) {
      auto epoch = decode_epoch(record.bytes);
      if (!epoch)
        return fault{epoch.error().code,
                     "record " + std::to_string(record.number) + " of the journal: " + epoch.error().message};
      if (!records_.empty() && record.number != first_ + records_.size())
        return fault{fault_code::corrupt, "record " + std::to_string(first_ + records_.size())
                                              + " of the journal is missing; the next is "
                                              + std::to_string(record.number)};
      if (records_.empty())
        first_ = record.number;
      records_.push_back({(*epoch)->shard, (*epoch)->number, record.bytes.size()});
      size_bytes_ += record.bytes.size();
      if (auto done = visit(*std::move(epoch)); !done)
        return done;
    }
    next = loaded->back().number + 1;
  }
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

// -- append --------------------------------------------------------------------------------------

result<void> lmdb_journal::append(std::span<const epoch_ptr> epochs) {
  require(replayed_, "journal appended to before it was replayed");
  if (failed_)
    return fault{fault_code::internal, "the journal failed before: what it holds is unknown"};
  auto done = append_records(epochs);
  failed_ = !done;
  return done;
}

result<void> lmdb_journal::append_records(std::span<const epoch_ptr> epochs) {
  auto writing = environment_->begin_write();
  if (!writing)
    return writing.error();
  std::vector<stored_record> added;
  std::uint64_t added_bytes = 0;
  std::size_t erased = 0;
  {
    auto at = lmdb::cursor::open(*writing, chunks_);
    if (!at)
      return at.error();
    for (const auto& epoch : epochs) {
      const auto bytes = encode_epoch(*epoch);
      if (auto put = put_record(*at, first_ + records_.size() + added.size(), bytes); !put)
        return put;
      added.push_back({epoch->shard, epoch->number, bytes.size()});
      added_bytes += bytes.size();
    }
    auto covered = erase_covered(*at, 2 * added_bytes + erased_bytes_min);
    if (!covered)
      return covered.error();
    erased = *covered;
  }
  if (auto done = writing->commit(); !done)
    return done;
  forget_front(erased);
  records_.insert(records_.end(), added.begin(), added.end());
  size_bytes_ += added_bytes;
  return {};
}

result<void> lmdb_journal::put_record(lmdb::cursor& at, std::uint64_t number, std::string_view bytes) {
  for (std::uint32_t chunk = 0; !bytes.empty(); ++chunk) {
    const auto part = bytes.substr(0, chunk_bytes_max);
    if (auto done = at.put(chunk_key{number, chunk}.view(), part, MDB_APPEND); !done)
      return done;
    bytes.remove_prefix(part.size());
  }
  return {};
}

// -- trim ----------------------------------------------------------------------------------------

void lmdb_journal::trim(std::uint32_t shard, std::uint64_t upto) {
  auto& synced = synced_epoch_[shard];
  synced = std::max(synced, upto);
}

bool lmdb_journal::covered(const stored_record& record) const {
  const auto synced = synced_epoch_.find(record.shard);
  return synced != synced_epoch_.end() && record.epoch <= synced->second;
}

result<std::size_t> lmdb_journal::erase_covered(lmdb::cursor& at, std::uint64_t bytes_max) {
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  while (count < records_.size() && bytes < bytes_max && covered(records_[count]))
    bytes += records_[count++].bytes;
  const auto keep_from = first_ + count;
  auto found = result<bool>{count > 0};
  if (count > 0)
    found = at.move(MDB_FIRST);
  while (found && *found && get_integer<std::uint64_t>(at.key()) < keep_from) {
    if (auto done = at.erase(); !done)
      return done.error();
    found = at.move(MDB_FIRST);
  }
  if (!found)
    return found.error();
  return count;
}

void lmdb_journal::forget_front(std::size_t records) {
  for (std::size_t i = 0; i < records; ++i)
    size_bytes_ -= records_[i].bytes;
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(records));
  first_ += records;
}

} // namespace orderd::runtime
