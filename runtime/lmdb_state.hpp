// The snapshots of one shard in one LMDB environment, synced with every commit.
//
// One database a place (state_rows.hpp): rows whose keys grow with time come after all others of their
// database, and LMDB then fills its pages (as well as with MDB_APPEND: measured).
//
// *Operation*: `apply` writes of each row only the last change, in key order.
// *Concurrency*: one thread applies; each reader belongs to one thread at a time.
// *Limitations*: a batch of many rows takes more than one transaction, cut between epochs: LMDB's work
// for a changed page grows with the number of changed pages. When the last write of a commit fails, the
// page that says which pages count (a broken disk, not a full one), LMDB refuses everything until the
// store is opened again.
#pragma once

#include "runtime/lmdb.hpp"
#include "runtime/state_rows.hpp"
#include "runtime/store.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace orderd::runtime {

/// The databases that exist in one state environment, and their handles.
///
/// *Concurrency*: `publish` by the applying thread, after the commit that made the database; the rest
/// by any. A handle is valid in transactions that began after it was published.
class state_databases {
public:
  std::optional<MDB_dbi> find(row_place place) const noexcept {
    const auto stored = handles_[place.number()].load(std::memory_order_acquire);
    return stored == 0 ? std::nullopt : std::optional<MDB_dbi>{stored - 1};
  }
  void publish(row_place place, MDB_dbi handle) noexcept {
    handles_[place.number()].store(handle + 1, std::memory_order_release);
    end_.store(handle + 1, std::memory_order_release);
  }
  /// All published handles are below this one, later ones are not.
  MDB_dbi end() const noexcept { return end_.load(std::memory_order_acquire); }

private:
  std::array<std::atomic<MDB_dbi>, row_place::numbers> handles_{}; ///< plus one; 0: there is none
  std::atomic<MDB_dbi> end_ = 0;
};

class lmdb_state final : public state_store {
public:
  /// Opens or creates the store of a shard; `corrupt` when it is another shard's.
  static result<std::unique_ptr<lmdb_state>> open(const std::string& folder, std::uint32_t shard,
                                                  lmdb::environment_options options);

  result<void> apply(std::span<const epoch_ptr> epochs) override;
  result<void> clear() override;
  result<void> load(std::span<const row_write> rows) override;
  result<void> set_applied(const epoch_mark& last) override;
  epoch_mark applied() const override;
  result<std::unique_ptr<state_reader>> reader() override;
  std::uint64_t size_bytes() const override { return environment_->used_bytes(); }

private:
  lmdb_state(std::unique_ptr<lmdb::environment> environment, std::uint32_t shard)
      : environment_(std::move(environment)), shard_(shard) {}
  result<void> load_all();
  result<void> load_databases(lmdb::transaction& writing);
  result<void> load_meta(lmdb::transaction& writing);
  result<void> apply_transaction(std::span<const epoch_ptr> epochs);
  /// Writes sorted rows and, when it is given, how far they come: in one synced transaction.
  result<void> write(std::span<const merged_write> rows, const std::optional<epoch_mark>& upto);
  result<void> put_meta(lmdb::transaction& writing, const epoch_mark& upto);
  void remember(const epoch_mark& upto);

  std::unique_ptr<lmdb::environment> environment_;
  std::uint32_t shard_;
  MDB_dbi meta_ = 0;
  state_databases databases_;
  mutable std::mutex applied_mutex_;
  epoch_mark applied_;
};

} // namespace orderd::runtime
