#include "tests/support/memory_journal.hpp"

#include "runtime/lmdb/journal_records.hpp"

#include <algorithm>

namespace orderd::test {

using namespace runtime;

result<void> memory_journal::replay(const std::function<result<void>(epoch_ptr)>& visit) {
  const std::lock_guard lock{disk_.mutex_};
  require(!replayed_, "journal replayed twice");
  replayed_ = true;
  for (const auto& record : disk_.journal_) {
    auto epoch = decode_epoch(record.bytes);
    if (!epoch)
      return epoch.error();
    if (auto done = visit(*std::move(epoch)); !done)
      return done;
  }
  return {};
}

result<void> memory_journal::check_usable() const {
  require(replayed_, "journal used before it was replayed");
  if (life_ != disk_.crashes_)
    return memory_disk::crashed();
  if (failed_)
    return fault{fault_code::internal, "the journal failed before: what it holds is unknown"};
  return {};
}

// -- reading -------------------------------------------------------------------------------------

result<std::map<std::uint32_t, std::string>> memory_journal::notes() {
  const std::lock_guard lock{disk_.mutex_};
  if (auto usable = check_usable(); !usable)
    return usable.error();
  std::map<std::uint32_t, std::string> out;
  for (const auto& [shard, stored] : disk_.notes_) {
    const auto note = open_note(shard, stored);
    if (!note)
      return note.error();
    out.emplace(shard, *note);
  }
  return out;
}

result<std::vector<epoch_ptr>> memory_journal::read(std::uint32_t shard, std::uint64_t first,
                                                    std::size_t bytes_max) {
  const std::lock_guard lock{disk_.mutex_};
  if (auto usable = check_usable(); !usable)
    return usable.error();
  std::vector<epoch_ptr> out;
  std::size_t bytes = 0;
  for (const auto& record : disk_.journal_) {
    if (record.shard != shard || record.epoch != first + out.size())
      continue;
    if (!out.empty() && bytes >= bytes_max)
      break;
    auto epoch = decode_epoch(record.bytes);
    if (!epoch)
      return epoch.error();
    bytes += record.bytes.size();
    out.push_back(*std::move(epoch));
  }
  return out;
}

std::uint64_t memory_journal::first_epoch(std::uint32_t shard) const {
  const std::lock_guard lock{disk_.mutex_};
  const auto found = std::find_if(disk_.journal_.begin(), disk_.journal_.end(),
                                  [&](const auto& record) { return record.shard == shard; });
  return found == disk_.journal_.end() ? 0 : found->epoch;
}

epoch_mark memory_journal::trimmed(std::uint32_t shard) const {
  const std::lock_guard lock{disk_.mutex_};
  const auto found = disk_.trimmed_.find(shard);
  return found == disk_.trimmed_.end() ? epoch_mark{} : found->second;
}

journal_store::shard_use memory_journal::used_by(std::uint32_t shard) const {
  const std::lock_guard lock{disk_.mutex_};
  shard_use out;
  for (const auto& record : disk_.journal_)
    out.bytes += record.shard == shard ? record.bytes.size() : 0;
  return out;
}

std::uint64_t memory_journal::size_bytes() const {
  const std::lock_guard lock{disk_.mutex_};
  return disk_.journal_bytes_;
}

// -- append --------------------------------------------------------------------------------------

result<void> memory_journal::append(std::span<const journal_entry> entries) {
  const std::lock_guard lock{disk_.mutex_};
  if (auto usable = check_usable(); !usable)
    return usable;
  auto done = write(entries);
  failed_ = !done;
  return done;
}

result<void> memory_journal::write(std::span<const journal_entry> entries) {
  std::vector<memory_disk::change> changes;
  auto bytes = disk_.used_unlocked();
  for (const auto& entry : entries) {
    if (const auto* epoch = std::get_if<epoch_ptr>(&entry)) {
      memory_disk::record added{(*epoch)->shard, (*epoch)->number, encode_epoch(**epoch)};
      bytes += added.bytes.size();
      changes.emplace_back(std::move(added));
    } else {
      const auto& note = std::get<shard_note>(entry);
      memory_disk::note added{note.shard, note.keep_upto, seal_note(note.shard, note.record)};
      bytes += added.bytes.size();
      changes.emplace_back(std::move(added));
    }
  }
  if (bytes > disk_.capacity_bytes_)
    return memory_disk::full();
  if (memory_disk::due(disk_.failing_append_)) {
    disk_.undecided_ = std::move(changes);
    return fault{fault_code::internal, "the simulated disk failed an append"};
  }
  disk_.keep(std::move(changes));
  lower_trims(entries);
  for (std::size_t index = 0; index < disk_.journal_.size();) {
    if (covered(disk_.journal_[index]))
      disk_.trim(index);
    else
      ++index;
  }
  return {};
}

// -- trim ----------------------------------------------------------------------------------------

void memory_journal::trim(std::uint32_t shard, std::uint64_t upto) {
  const std::lock_guard lock{disk_.mutex_};
  auto& synced = synced_epoch_[shard];
  synced = std::max(synced, upto);
}

void memory_journal::lower_trims(std::span<const journal_entry> entries) {
  for (const auto& entry : entries) {
    const auto* note = std::get_if<shard_note>(&entry);
    if (!note || !note->keep_upto)
      continue;
    auto& synced = synced_epoch_[note->shard];
    synced = std::min(synced, *note->keep_upto);
  }
}

bool memory_journal::covered(const memory_disk::record& record) const {
  const auto synced = synced_epoch_.find(record.shard);
  return synced != synced_epoch_.end() && record.epoch <= synced->second;
}

} // namespace orderd::test
