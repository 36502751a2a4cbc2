// The node's journal in one LMDB environment, synced with every append.
//
// A record (runtime/FORMAT.md) is cut into chunks of at most four pages. A larger value would need a
// longer run of neighbouring free pages, and LMDB's search for one has no useful bound. Notes lie in the
// same database, before all records: a named database would come after them in the unnamed one, and
// records could be appended to it no longer (MDB_APPEND).
//
// *Operation*: as journal_store says; nothing but `replay` before `replay`. Trimming happens inside
// appends: each removes at most about twice as much as it adds, oldest first, so that the file reaches
// a steady size and no commit has unbounded work. A cut leaves a mark in the place of each record, so that
// a record that is lost is still missed.
// *Concurrency*: one thread; `size_bytes` any.
// *Limitations*: after a failed append nothing but destruction is allowed: what is on disk is unknown. A
// cut takes one transaction however many records it erases.
#pragma once

#include "runtime/lmdb.hpp"
#include "runtime/store.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <unordered_map>

namespace orderd::runtime {

class lmdb_journal final : public journal_store {
public:
  static result<std::unique_ptr<lmdb_journal>> open(const std::string& folder,
                                                    const lmdb::environment_options& options);

  result<void> replay(const std::function<result<void>(epoch_ptr)>& visit) override;
  result<void> append(std::span<const journal_entry> entries) override;
  result<std::map<std::uint32_t, std::string>> notes() override;
  result<std::vector<epoch_ptr>> read(std::uint32_t shard, std::uint64_t first,
                                      std::size_t bytes_max) override;
  std::uint64_t first_epoch(std::uint32_t shard) const override;
  void trim(std::uint32_t shard, std::uint64_t upto) override;
  std::uint64_t size_bytes() const override { return size_bytes_; }

private:
  /// What is known of a stored record without reading it.
  struct stored_record {
    std::uint32_t shard = 0;
    std::uint64_t epoch = 0; ///< 0: it was cut
    std::uint64_t bytes = 0;
  };
  struct loaded_record {
    std::uint64_t number = 0;
    std::string bytes;
  };
  /// Where an epoch of a shard is.
  struct stored_epoch {
    std::uint64_t epoch = 0;
    std::uint64_t record = 0;
  };

  lmdb_journal(std::unique_ptr<lmdb::environment> environment, MDB_dbi chunks)
      : environment_(std::move(environment)), chunks_(chunks) {}

  result<std::vector<loaded_record>> load(std::uint64_t first, std::size_t bytes_max);
  result<void> replay_record(const loaded_record& record,
                             const std::function<result<void>(epoch_ptr)>& visit);
  result<void> check_usable() const;

  result<void> append_entries(std::span<const journal_entry> entries);
  result<void> put_epoch(lmdb::cursor& at, const epoch& what);
  result<void> put_note(lmdb::cursor& at, const shard_note& what);
  result<void> cut(lmdb::cursor& at, std::uint32_t shard, std::uint64_t keep_upto);

  bool covered(const stored_record& record) const;
  /// Erases covered records from the front until `bytes_max` is used up.
  result<void> erase_covered(lmdb::cursor& at, std::uint64_t bytes_max);

  void remember(const stored_record& record);
  void forget_front();

  std::unique_ptr<lmdb::environment> environment_;
  MDB_dbi chunks_;
  std::uint64_t first_ = 1;                                              ///< number of the first in records_
  std::deque<stored_record> records_;                                    ///< all in the store, in order
  std::unordered_map<std::uint32_t, std::deque<stored_epoch>> by_shard_; ///< those not cut, ascending
  std::unordered_map<std::uint32_t, std::uint64_t> synced_epoch_;        ///< by shard, from trim
  std::atomic<std::uint64_t> size_bytes_ = 0;
  bool replayed_ = false;
  bool failed_ = false;
};

} // namespace orderd::runtime
