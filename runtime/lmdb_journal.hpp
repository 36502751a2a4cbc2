// The node's journal in one LMDB environment, synced with every append.
//
// A record (runtime/FORMAT.md) is cut into chunks of at most four pages. A larger value would need a
// longer run of neighbouring free pages, and LMDB's search for one has no useful bound.
//
// *Operation*: as journal_store says; nothing but `replay` before `replay`. Trimming happens inside
// appends: each removes at most about twice as much as it adds, oldest first, so that the file reaches
// a steady size and no commit has unbounded work.
// *Concurrency*: one thread; `size_bytes` any.
// *Limitations*: after a failed append nothing but destruction is allowed: what is on disk is unknown.
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
  result<void> append(std::span<const epoch_ptr> epochs) override;
  void trim(std::uint32_t shard, std::uint64_t upto) override;
  std::uint64_t size_bytes() const override { return size_bytes_; }

private:
  /// What is known of a stored record without reading it.
  struct stored_record {
    std::uint32_t shard = 0;
    std::uint64_t epoch = 0;
    std::uint64_t bytes = 0;
  };
  struct loaded_record {
    std::uint64_t number = 0;
    std::string bytes;
  };

  lmdb_journal(std::unique_ptr<lmdb::environment> environment, MDB_dbi chunks)
      : environment_(std::move(environment)), chunks_(chunks) {}

  result<std::vector<loaded_record>> load(std::uint64_t first, std::size_t bytes_max);
  result<void> put_record(lmdb::cursor& at, std::uint64_t number, std::string_view bytes);
  bool covered(const stored_record& record) const;
  /// Erases covered records from the front until `bytes_max` is used up; returns how many.
  result<std::size_t> erase_covered(lmdb::cursor& at, std::uint64_t bytes_max);
  result<void> append_records(std::span<const epoch_ptr> epochs);
  void forget_front(std::size_t records);

  std::unique_ptr<lmdb::environment> environment_;
  MDB_dbi chunks_;
  std::uint64_t first_ = 1;                                       ///< number of the first record in records_
  std::deque<stored_record> records_;                             ///< all records in the store, in order
  std::unordered_map<std::uint32_t, std::uint64_t> synced_epoch_; ///< by shard, from trim
  std::atomic<std::uint64_t> size_bytes_ = 0;
  bool replayed_ = false;
  bool failed_ = false;
};

} // namespace orderd::runtime
