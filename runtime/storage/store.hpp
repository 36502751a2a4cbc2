// The ports to the disk: the node's journal, and each shard's state store.
//
// Production plugs in LMDB (lmdb_journal.hpp, lmdb_state.hpp), simulation and tests stores in memory
// with injected faults (tests/support/). One test suite runs on every implementation.
#pragma once

#include "runtime/base/disk.hpp"
#include "runtime/base/result.hpp"
#include "runtime/storage/lost_rows.hpp"
#include "runtime/storage/row.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orderd::runtime {

/// Replaces the note of a shard: what its replica must remember besides epochs, as bytes the journal does
/// not look into. When `keep_upto` is set, the shard's epochs above it are erased with it (a cut), those
/// before it in the same append too; what follows goes on at `keep_upto + 1` or begins anew anywhere.
struct shard_note {
  std::uint32_t shard = 0;
  std::optional<std::uint64_t> keep_upto;
  std::string record;
};

/// One thing to make durable.
using journal_entry = std::variant<epoch_ptr, shard_note>;

/// The synced log of all shards' epochs of one node, and a note for each shard.
///
/// *Operation*: `replay` once after opening, then `append` for ever; `trim` and `sync_end` now and then.
/// Everything but these, `trimmed`, `filled` and `size_bytes` only after `replay`.
/// *Concurrency*: one thread at a time (the journal actor's).
class journal_store {
public:
  virtual ~journal_store() = default;

  /// Calls `visit` with every stored epoch in the order of appending; each shard's epochs come in
  /// ascending order. Stops at and returns the first fault, of the store or of `visit`. A damaged
  /// record is `corrupt`: it is never skipped.
  virtual result<void> replay(const std::function<result<void>(epoch_ptr)>& visit) = 0;

  /// Makes the entries durable in one synced transaction, in their order. After a fault the outcome
  /// is unknown: the caller tells nobody anything and ends the process.
  virtual result<void> append(std::span<const journal_entry> entries) = 0;

  /// The notes as they were appended last, by shard; of a shard that never had one, none. A damaged one
  /// is `corrupt`.
  virtual result<std::map<std::uint32_t, std::string>> notes() = 0;

  /// Epochs of the shard from `first` on, ascending without gaps: at least one, and more until they take
  /// about `bytes_max` in the journal. Empty when `first` is not there: trimmed, cut, or not yet appended.
  /// A damaged record is `corrupt`.
  virtual result<std::vector<epoch_ptr>> read(std::uint32_t shard, std::uint64_t first,
                                              std::size_t bytes_max) = 0;

  /// The lowest epoch of the shard that is still there, 0 when there is none.
  virtual std::uint64_t first_epoch(std::uint32_t shard) const = 0;

  /// Says that the epochs of `shard` up to `upto` are synced in its state store, or not needed. Their
  /// space is given back, a bounded number of records at a time, with later appends. Cannot fail: it only
  /// remembers, until a cut of the shard, which lowers it to what was kept.
  virtual void trim(std::uint32_t shard, std::uint64_t upto) = 0;

  /// Of the shard's epochs that were given back, the last, as its number and hash (epoch 0: none, or not
  /// known). Durable: a state that has not applied it went back behind the journal.
  virtual epoch_mark trimmed(std::uint32_t shard) const = 0;

  /// Bytes of journal records not yet trimmed.
  virtual std::uint64_t size_bytes() const = 0;

  /// What records of one shard the journal still keeps.
  struct shard_use {
    std::uint64_t bytes = 0;
    unix_ms oldest_ms = 0; ///< the shard's time when the oldest of them was closed; 0: none, or not known
  };
  virtual shard_use used_by(std::uint32_t shard) const = 0;

  /// How full it is: 1 is where it takes no more. Any thread.
  virtual double filled() const { return 0; }

  /// Makes durable how far it is known to have come, at most once in a while. Blocks for a write of the disk:
  /// for another thread than the one that appends.
  virtual result<void> sync_end() { return {}; }
};

/// Point and range reads of one shard's state store, each seeing one committed apply.
///
/// *Concurrency*: used by one thread at a time, at the same time as `state_store::apply` on another.
/// No read transaction outlives a call, unless it is pinned.
class state_reader {
public:
  virtual ~state_reader() = default;

  /// The value of a row, checked, or nullopt when there is none. A wrong checksum is `corrupt`.
  virtual result<std::optional<std::string>> get(const row_key& key) = 0;

  /// What a scan's visitor says after each row.
  enum class step : std::uint8_t { next, stop };
  using visitor = std::function<result<step>(std::string_view key, std::string_view value)>;

  /// Visits the rows of `in` whose keys start with `prefix`, in key order: forwards from the first key
  /// after `after` (from the start when it is empty), or backwards from the last key before it. All
  /// rows are of one committed apply. `after` is a whole key, prefix included.
  virtual result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                            const visitor& visit) = 0;

  /// What damage took and nobody has given up: a row that is not found there may have been lost, which is
  /// `corrupt`. Any number of ranges, in no order.
  virtual std::vector<lost_range> lost() const { return {}; }

  /// From now on what was lost is passed over like what never was: for who says himself that it is lost.
  virtual void pass_lost() {}

  /// From now on every call reads as of this moment, until the reader is destroyed. Meanwhile the store grows
  /// by what it replaces: for a long reading that has to be consistent.
  virtual result<void> pin() = 0;
};

/// The snapshots of one shard, applied behind the journal.
///
/// *Operation*: `apply`. Or, to take over another replica's rows: `clear`, `load` as often as needed,
/// `set_applied`, then `apply` again. Someone else must remember that the copy is not complete.
/// *Concurrency*: all of these by one thread (the applier's); readers as above.
class state_store {
public:
  virtual ~state_store() = default;

  /// Applies epochs, in order, without gaps; those already applied are left out. Done in synced
  /// transactions of whole epochs, each of which also records the number and term of its last. Pre: the
  /// first is at most `applied_epoch() + 1`. After a fault `applied_epoch()` says how far it came; the
  /// same call may be tried again.
  virtual result<void> apply(std::span<const epoch_ptr> epochs) = 0;

  /// Removes everything, in synced transactions: first of all what epoch is applied, then the rows. After a
  /// fault some rows may be left; the same call may be tried again.
  virtual result<void> clear() = 0;

  /// Writes rows of a copy, and erases those without a value, in one synced transaction; of a key that comes
  /// twice the last counts. Pre: no epoch is applied. After a fault none of them is written.
  virtual result<void> load(std::span<const row_write> rows) = 0;

  /// Says that the rows are those after this epoch; synced. Pre: as `load`.
  virtual result<void> set_applied(const epoch_mark& last) = 0;

  /// What damage took from it and nobody has given up, as state_reader::lost. Any thread.
  virtual std::vector<lost_range> lost() const { return {}; }

  /// Gives up what lay in these ranges: from now on a row that is not found there never was. Synced. Those
  /// that are not in `lost()` are left out. By the thread that applies.
  virtual result<void> give_up(std::span<const lost_range> /*what*/) { return {}; }

  /// The last epoch applied and synced. Any thread.
  virtual epoch_mark applied() const = 0;
  std::uint64_t applied_epoch() const { return applied().epoch; }
  std::uint64_t applied_term() const { return applied().term; }

  /// Of the rows there are after `applied()`: kept with it, in the same transaction. For the thread that
  /// applies.
  virtual rows_digest rows() const = 0;

  /// A new reader. It must not outlive the store.
  virtual result<std::unique_ptr<state_reader>> reader() = 0;

  /// Bytes of the store in use on disk.
  virtual std::uint64_t size_bytes() const = 0;
};

/// What opening a state store found of damage, now or earlier.
struct state_damage {
  std::uint64_t corrected_pages = 0; ///< with flipped bits that were turned back now
  bool salvaged = false;             ///< the rows that could be read are in a fresh file since now
  std::uint64_t lost_ranges = 0;     ///< of keys that answer `corrupt`, whenever they were lost
};

/// Everything a node keeps on disk: the journal and the state stores, in one data folder.
class storage {
public:
  virtual ~storage() = default;
  virtual std::uint32_t shards() const = 0;
  virtual journal_store& journal() = 0;
  virtual state_store& state(std::uint32_t shard) = 0;
  /// As of the moment it was opened.
  virtual state_damage damage(std::uint32_t /*shard*/) const { return {}; }
  /// Of the file system that holds the data.
  virtual result<disk_space> space() = 0;
};

} // namespace orderd::runtime
