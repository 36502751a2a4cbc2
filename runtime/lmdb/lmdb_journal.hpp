// The node's journal in one LMDB environment, synced with every append.
//
// A record (runtime/storage/FORMAT.md) is cut into chunks of at most four pages. A larger value would need a
// longer run of neighbouring free pages, and LMDB's search for one has no useful bound. What there is beside
// records lies in the same database, before all of them: a named database would come after them in the
// unnamed one, and records could be appended to it no longer (MDB_APPEND).
//
// *Operation*: as journal_store says; nothing but `replay` before `replay`. Trimming happens inside
// appends: each removes at most about twice as much as it adds, oldest first, so that the file reaches
// a steady size and no commit has unbounded work. Each shard is trimmed for itself: a record that must stay
// keeps nothing of other shards. Where older records stay, a mark says which numbers behind them were erased,
// so that a lost record is still missed.
// *Concurrency*: one thread; `size_bytes`, `filled` and `sync_end` any; `verify` another one beside it.
// *Limitations*: after a failed append nothing but destruction is allowed: what is on disk is unknown. A
// cut takes one transaction however many records it erases. `options.map_bytes` is what it may fill with
// records; LMDB gets half as much again of address space, so that erasing always finds pages.
#pragma once

#include "runtime/lmdb/journal_end.hpp"
#include "runtime/lmdb/journal_records.hpp"
#include "runtime/lmdb/lmdb.hpp"
#include "runtime/lmdb/lmdb_journal_scrub.hpp"
#include "runtime/lmdb/record_gaps.hpp"
#include "runtime/storage/scrub.hpp"
#include "runtime/storage/store.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace orderd::runtime {

class lmdb_journal final : public journal_store, public scrubbed_store {
public:
  /// Opens the journal of that id. An empty id: of one that is made now, or was made before journals had
  /// ids; it then gets one. `corrupt`, with what to do, when its pages do not fit together, it is another
  /// one, or it does not come as far as its end (journal_end.hpp).
  static result<std::unique_ptr<lmdb_journal>>
  open(const std::string& folder, const lmdb::environment_options& options, const std::string& id = {});
  ~lmdb_journal() override;

  const std::string& id() const noexcept { return id_; }
  /// Whether nothing was ever appended.
  bool unused() const noexcept { return next_ == 1; }

  result<void> replay(const std::function<result<void>(epoch_ptr)>& visit) override;
  result<void> append(std::span<const journal_entry> entries) override;
  result<std::map<std::uint32_t, std::string>> notes() override;
  result<std::vector<epoch_ptr>> read(std::uint32_t shard, std::uint64_t first,
                                      std::size_t bytes_max) override;
  std::uint64_t first_epoch(std::uint32_t shard) const override;
  void trim(std::uint32_t shard, std::uint64_t upto) override;
  epoch_mark trimmed(std::uint32_t shard) const override;
  std::uint64_t size_bytes() const override { return size_bytes_; }
  shard_use used_by(std::uint32_t shard) const override;
  double filled() const override;
  result<void> sync_end() override;
  /// A `corrupt` also says whether what the record says is in the states already. After `replay`.
  result<scrub_slice> verify(const scrub_cursor& from, std::size_t bytes_max) override;

private:
  struct loaded_record {
    std::uint64_t number = 0;
    std::string bytes;
  };
  /// What is known of a stored epoch without reading it.
  struct stored_epoch {
    std::uint64_t epoch = 0;
    std::uint64_t record = 0;
    std::uint64_t bytes = 0;
    std::uint64_t hash = 0;
    unix_ms time_ms = 0;
  };
  struct shard_records {
    std::deque<stored_epoch> epochs; ///< ascending, as their records
    std::uint64_t bytes = 0;
    std::uint64_t synced = 0; ///< from trim
    trim_floor floor;
    bool floor_changed = false;
  };

  lmdb_journal(std::string folder, std::unique_ptr<lmdb::environment> environment, MDB_dbi chunks,
               std::uint64_t limit_bytes);

  // Opening and reading: lmdb_journal_reading.cpp.
  result<void> load_head();
  result<void> load_last_number();
  result<void> identify(const std::string& id);
  result<journal_position> position() const;
  result<std::vector<loaded_record>> load(std::uint64_t first, std::size_t bytes_max);
  result<void> replay_record(const loaded_record& record,
                             const std::function<result<void>(epoch_ptr)>& visit);
  result<void> replay_mark(const loaded_record& record);
  result<void> check_usable() const;

  // Looking through it: lmdb_journal_reading.cpp.
  journal_position committed() const;
  std::string at_stake(std::uint64_t record) const;

  // Appending: lmdb_journal.cpp.
  result<void> make_room(std::span<const journal_entry> entries);
  result<void> append_entries(std::span<const journal_entry> entries);
  result<void> commit(lmdb::transaction writing);
  result<void> put_epoch(lmdb::cursor& at, const epoch& what);
  result<void> put_note(lmdb::cursor& at, const shard_note& what);
  result<void> cut(lmdb::cursor& at, std::uint32_t shard, std::uint64_t keep_upto);
  void remember(const epoch& what, std::uint64_t record, std::string_view bytes);
  void forget(shard_records& of, const stored_epoch& what);

  /// The shard whose oldest record may go and is older than the others' that may; nullptr: none.
  shard_records* oldest_covered();
  /// Erases records that may go, the oldest first, until `bytes_max` is used up.
  result<std::uint64_t> erase_covered(lmdb::cursor& at, std::uint64_t bytes_max);
  std::uint64_t oldest_record() const;
  result<void> put_marks(lmdb::cursor& at);
  fault full() const;

  std::string folder_;
  std::unique_ptr<lmdb::environment> environment_;
  std::unique_ptr<journal_scrub> scrub_; // goes before the environment it reads
  MDB_dbi chunks_;
  std::uint64_t limit_bytes_;
  std::string id_;
  std::unique_ptr<journal_end> end_;
  std::uint64_t next_ = 1; ///< number of the next record
  /// Held while the two below it change, and while another thread reads them.
  mutable std::mutex knowing_;
  std::map<std::uint32_t, shard_records> shards_; ///< those it knows anything of
  journal_position committed_;
  record_gaps gaps_;
  std::atomic<std::uint64_t> size_bytes_ = 0;
  std::atomic<std::uint64_t> filled_bytes_ = 0; ///< of pages
  std::atomic<std::chrono::steady_clock::rep> end_synced_at_ = 0;
  bool replayed_ = false;
  bool failed_ = false;
};

} // namespace orderd::runtime
