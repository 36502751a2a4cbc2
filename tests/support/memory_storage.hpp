// Storage in memory, with the faults of disks: for simulation and tests.
//
// A `memory_disk` is what survives a crash; `open` plugs it in as a node's storage. It stores the same
// bytes as the real one (records and sealed values), so a flipped bit is found by the same checks.
//
// *Operation*: open, use, `crash`, open again. Faults are asked for beforehand, by count.
// *Concurrency*: any thread.
#pragma once

#include "runtime/storage/store.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace orderd::test {

class memory_disk {
public:
  explicit memory_disk(std::uint32_t shards, std::uint64_t seed = 1);

  /// The disk as storage. One opened before the last crash answers everything with a fault.
  std::unique_ptr<runtime::storage> open();

  /// The process is gone: of an append that failed, now chance decides whether it is there.
  void crash();

  /// Holds what `other` holds from now on, as a disk of which a copy was kept. Pre: no storage of it is used.
  void become_copy_of(const memory_disk& other);

  // -- faults to come ------------------------------------------------------------------------------

  /// The nth append from now (1: the next) fails; the crash decides whether it took place.
  void fail_append(std::uint64_t nth) { failing_append_ = nth; }
  /// The nth apply (clear, load, set_applied) from now fails and changes nothing.
  void fail_apply(std::uint64_t nth, runtime::fault_code code = runtime::fault_code::storage_full) {
    failing_apply_ = nth;
    apply_failure_ = code;
  }
  /// Until the crash, every `get` fails: no row is damaged, but none can be read.
  void fail_reads() { failing_reads_ = true; }
  /// Bytes it can hold: an append or apply beyond is `storage_full`, and takes no place.
  void set_capacity(std::uint64_t bytes) { capacity_bytes_ = bytes; }
  std::uint64_t used_bytes() const;
  /// What the journal says of how full it is (journal_store::filled).
  void set_journal_filled(double share) { journal_filled_ = share; }

  // -- damage --------------------------------------------------------------------------------------

  std::size_t journal_records() const;
  /// Flips one bit of a journal record.
  void damage_record(std::size_t index, std::size_t byte, unsigned bit = 0);
  /// Flips one bit of a row's stored value; false when there is no such row.
  bool damage_value(std::uint32_t shard, const runtime::row_key& key, std::size_t byte, unsigned bit = 0);
  /// Flips one bit of a shard's stored note. Pre: it has one.
  void damage_note(std::uint32_t shard, std::size_t byte, unsigned bit = 0);
  /// Takes a record out of the journal, as if it had never been written.
  void lose_record(std::size_t index);

private:
  friend class memory_journal;
  friend class memory_state;
  friend class memory_state_reader;
  friend class memory_storage;

  struct record {
    std::uint32_t shard = 0;
    std::uint64_t epoch = 0;
    std::string bytes;
  };
  /// A note as it is stored, and the cut that comes with it.
  struct note {
    std::uint32_t shard = 0;
    std::optional<std::uint64_t> keep_upto;
    std::string bytes;
  };
  using change = std::variant<record, note>;
  struct shard_content {
    std::map<runtime::row_key, std::string> rows;
    std::uint64_t bytes = 0; ///< of keys and stored values
    runtime::epoch_mark applied;
    runtime::rows_digest digest;
  };

  std::uint64_t used_unlocked() const;
  static runtime::fault crashed();
  static runtime::fault full();
  void keep(std::vector<change> changes);
  void keep(note what);
  void drop(std::size_t index);
  /// Gives a record back, and remembers that.
  void trim(std::size_t index);
  static bool due(std::uint64_t& countdown);

  mutable std::recursive_mutex mutex_;
  std::mt19937_64 random_;
  std::uint64_t crashes_ = 0;
  std::deque<record> journal_;
  std::uint64_t journal_bytes_ = 0;
  std::map<std::uint32_t, std::string> notes_; ///< sealed, by shard
  std::map<std::uint32_t, runtime::epoch_mark> trimmed_;
  std::vector<change> undecided_; ///< of an append that failed
  std::vector<shard_content> shards_;
  std::uint64_t failing_append_ = 0;
  std::uint64_t failing_apply_ = 0;
  runtime::fault_code apply_failure_{};
  bool failing_reads_ = false;
  std::atomic<double> journal_filled_ = 0;
  std::uint64_t capacity_bytes_ = std::numeric_limits<std::uint64_t>::max();
};

} // namespace orderd::test
