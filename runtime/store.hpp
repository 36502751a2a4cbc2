// The ports to the disk: the node's journal, and each shard's state store.
//
// Production plugs in LMDB (lmdb_journal.hpp, lmdb_state.hpp), simulation and tests stores in memory
// with injected faults (tests/support/). One test suite runs on every implementation.
#pragma once

#include "runtime/result.hpp"
#include "runtime/row.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace orderd::runtime {

/// The synced log of all shards' epochs of one node.
///
/// *Operation*: `replay` once after opening, then `append` for ever; `trim` now and then.
/// *Concurrency*: one thread at a time (the journal actor's).
class journal_store {
public:
  virtual ~journal_store() = default;

  /// Calls `visit` with every stored epoch in the order of appending; each shard's epochs come in
  /// ascending order. Stops at and returns the first fault, of the store or of `visit`. A damaged
  /// record is `corrupt`: it is never skipped.
  virtual result<void> replay(const std::function<result<void>(epoch_ptr)>& visit) = 0;

  /// Makes the epochs durable in one synced transaction, in their order. After a fault the outcome
  /// is unknown: the caller tells nobody anything and ends the process.
  virtual result<void> append(std::span<const epoch_ptr> epochs) = 0;

  /// Says that the epochs of `shard` up to `upto` are synced in its state store. Their space is given
  /// back, a bounded number of records at a time, with later appends. Cannot fail: it only remembers.
  virtual void trim(std::uint32_t shard, std::uint64_t upto) = 0;

  /// Bytes of journal records not yet trimmed.
  virtual std::uint64_t size_bytes() const = 0;
};

/// Point and range reads of one shard's state store, each seeing one committed apply.
///
/// *Concurrency*: used by one thread at a time, at the same time as `state_store::apply` on another.
/// No read transaction outlives a call.
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
};

/// The snapshots of one shard, applied behind the journal.
///
/// *Concurrency*: `apply` by one thread (the applier's); readers as above.
class state_store {
public:
  virtual ~state_store() = default;

  /// Applies epochs, in order, without gaps; those already applied are left out. Done in synced
  /// transactions of whole epochs, each of which also records the number and term of its last. Pre: the
  /// first is at most `applied_epoch() + 1`. After a fault `applied_epoch()` says how far it came; the
  /// same call may be tried again.
  virtual result<void> apply(std::span<const epoch_ptr> epochs) = 0;

  /// The last epoch applied and synced, 0 when none; and its term.
  virtual std::uint64_t applied_epoch() const = 0;
  virtual std::uint64_t applied_term() const = 0;

  /// A new reader. It must not outlive the store.
  virtual result<std::unique_ptr<state_reader>> reader() = 0;

  /// Bytes of the store in use on disk.
  virtual std::uint64_t size_bytes() const = 0;
};

/// Everything a node keeps on disk: the journal and the state stores, in one data folder.
class storage {
public:
  virtual ~storage() = default;
  virtual std::uint32_t shards() const = 0;
  virtual journal_store& journal() = 0;
  virtual state_store& state(std::uint32_t shard) = 0;
  /// Used share of the file system that holds the data, 0 to 1, and its free bytes.
  struct space {
    double used = 0;
    std::uint64_t free_bytes = 0;
  };
  virtual result<space> disk_space() = 0;
};

} // namespace orderd::runtime
