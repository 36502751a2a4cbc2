// The snapshots of one shard in one LMDB environment, synced with every commit.
//
// One database a place (state_rows.hpp): rows whose keys grow with time come after all others of their
// database, and LMDB then fills its pages (as well as with MDB_APPEND: measured).
//
// Every page has a checksum (page_sums.hpp): `open` looks all of them through before LMDB gets the file, and
// readers check each page they walk, so that what they find, and what they do not find, was verified.
//
// *Operation*: `apply` writes of each row only the last change, in key order.
// *Concurrency*: one thread applies; each reader belongs to one thread at a time. A scrub's look at rows
// keeps an apply waiting, for a slice. *Limitations*: a batch of many rows takes more than one transaction,
// cut between epochs: LMDB's work for a changed page grows with the number of changed pages. When the last
// write of a commit fails, the page that says which pages count (a broken disk, not a full one), LMDB refuses
// everything until the store is opened again.
#pragma once

#include "runtime/lmdb/lmdb.hpp"
#include "runtime/lmdb/lmdb_scrub.hpp"
#include "runtime/lmdb/page_sums.hpp"
#include "runtime/lmdb/state_salvage.hpp"
#include "runtime/storage/rows_digest.hpp"
#include "runtime/storage/state_rows.hpp"
#include "runtime/storage/store.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace orderd::runtime {

/// The databases that exist in one state environment, and their handles for writing.
class state_databases {
public:
  std::optional<MDB_dbi> find(row_place place) const noexcept {
    const auto stored = handles_[place.number()];
    return stored == 0 ? std::nullopt : std::optional<MDB_dbi>{stored - 1};
  }
  void publish(row_place place, MDB_dbi handle) noexcept { handles_[place.number()] = handle + 1; }

private:
  std::array<MDB_dbi, row_place::numbers> handles_{}; ///< plus one; 0: there is none
};

class lmdb_state final : public state_store, public scrubbed_store {
public:
  enum class when_damaged : std::uint8_t {
    refuse,  ///< `corrupt`: there are other copies
    salvage, ///< the rows that can be read are saved, and what is lost is answered with `corrupt`
  };

  /// Opens or creates the store of a shard; `corrupt` when it is damaged or another shard's.
  static result<std::unique_ptr<lmdb_state>> open(const std::string& folder, std::uint32_t shard,
                                                  lmdb::environment_options options,
                                                  when_damaged on_damage = when_damaged::refuse);

  /// Set when `open` had to salvage it.
  const std::optional<salvaged_state>& salvaged() const noexcept { return salvaged_; }
  /// Flipped bits that `open` has turned back.
  unsigned corrected() const noexcept { return pages_->corrected(); }
  result<void> apply(std::span<const epoch_ptr> epochs) override;
  result<void> clear() override;
  result<void> load(std::span<const row_write> rows) override;
  result<void> set_applied(const epoch_mark& last) override;
  epoch_mark applied() const override;
  rows_digest rows() const override;
  result<std::unique_ptr<state_reader>> reader() override;
  result<scrub_slice> verify(const scrub_cursor& from, std::size_t bytes_max) override;
  std::vector<lost_range> lost() const override;
  result<void> give_up(std::span<const lost_range> what) override;
  std::uint64_t size_bytes() const override { return environment_->used_bytes(); }

private:
  lmdb_state(std::unique_ptr<lmdb::page_sums> pages, std::unique_ptr<lmdb::environment> environment,
             std::uint32_t shard)
      : pages_(std::move(pages)), environment_(std::move(environment)), shard_(shard) {}
  result<void> load_all();
  result<void> load_databases(lmdb::transaction& writing);
  result<std::optional<std::string>> meta_row(lmdb::transaction& writing, const row_key& key) const;
  result<void> load_meta(lmdb::transaction& writing);
  result<void> count_rows();
  result<scrub_slice> verify_rows(const scrub_cursor& from, std::size_t bytes_max);
  // lmdb_state_lost.cpp: what damage took
  result<void> load_lost(lmdb::transaction& writing);
  result<void> forget_lost();
  result<void> keep_lost(lost_rows left);
  result<void> apply_transaction(std::span<const epoch_ptr> epochs);
  /// Writes sorted rows and, when it is given, how far they come: in one synced transaction.
  result<void> write(std::span<const merged_write> rows, const std::optional<epoch_mark>& upto);
  result<void> put_meta(lmdb::transaction& writing, const epoch_mark& upto, const rows_digest& rows);
  void remember(const epoch_mark& upto, const rows_digest& rows);

  std::unique_ptr<lmdb::page_sums> pages_; // goes after the environment that writes through it
  std::unique_ptr<lmdb::environment> environment_;
  std::unique_ptr<lmdb_scrub> scrub_; // goes before the environment it reads
  std::uint32_t shard_;
  MDB_dbi meta_ = 0;
  state_databases databases_;
  std::optional<salvaged_state> salvaged_;
  std::deque<lost_rows>
      lost_; ///< each list there was since the start: readers may still look at an older one
  std::atomic<const lost_rows*> missing_ = nullptr; ///< the last of them; null: nothing is missing
  mutable std::mutex applied_mutex_;
  epoch_mark applied_;
  rows_digest rows_;
  bool rows_counted_ = true; ///< false: by a version that did not count them
  std::mutex changing_;      ///< held while rows change, or are looked through
  passed_rows passed_;
};

} // namespace orderd::runtime
