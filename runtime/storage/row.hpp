// The rows of a shard's state, and the epochs that change them.
//
// A shard's whole durable state is a set of rows: (table, key) -> value. An epoch is one group
// commit: the rows it writes and erases, all or none. runtime/storage/FORMAT.md describes each table's keys
// and values byte by byte.
#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/result.hpp"

#include <atomic>
#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime {

/// The tables of a shard. Numbers are stored and never change.
enum class table : std::uint8_t {
  content = 1,    ///< what of an entity never changes, written once
  state = 2,      ///< what of an entity changes: its snapshot
  timer = 3,      ///< {due, entity, name} -> command
  outbox = 4,     ///< {destination shard, sequence} -> command on its way to another shard
  inbox = 5,      ///< source shard -> last sequence applied
  call = 6,       ///< {entity, step} -> provider call whose answer is not known
  parked = 7,     ///< {entity, sequence} -> command that waits for a restarting or quarantined entity
  quarantine = 8, ///< entity -> why it is quarantined
  index = 9,      ///< the business's own index rows; the first byte of the key says which
  unsettled = 10, ///< entity -> since when it has work to do
};

inline constexpr std::uint8_t table_max = 10;

/// A table and a key in it, held inline: no allocation, trivially copyable, ordered by bytes.
class row_key {
public:
  static constexpr std::size_t key_bytes_max = 62;

  row_key() = default;
  /// Pre: key.size() <= key_bytes_max; a longer one is a bug.
  row_key(table in, std::string_view key) : table_(in), size_(static_cast<std::uint8_t>(key.size())) {
    require(key.size() <= key_bytes_max, "row key too long");
    if (!key.empty()) // whose data may be null
      std::memcpy(bytes_, key.data(), key.size());
  }

  table in() const noexcept { return table_; }
  std::string_view key() const noexcept { return {bytes_, size_}; }

  friend bool operator==(const row_key& a, const row_key& b) noexcept {
    return a.table_ == b.table_ && a.key() == b.key();
  }
  friend std::strong_ordering operator<=>(const row_key& a, const row_key& b) noexcept {
    if (auto order = a.table_ <=> b.table_; order != 0)
      return order;
    return a.key() <=> b.key();
  }

private:
  table table_ = table::state;
  std::uint8_t size_ = 0;
  char bytes_[key_bytes_max];
};

/// Hash of a row key (XXH3), for hash maps.
struct row_key_hash {
  std::size_t operator()(const row_key& key) const noexcept;
};

/// One change of one row. No value: the row is erased.
struct row_write {
  row_key key;
  std::optional<std::string> value;
};

/// How many rows there are, and the sum of their hashes (rows_digest.hpp) modulo 2^64: the same of the same
/// rows, in whatever order they came.
struct rows_digest {
  std::uint64_t rows = 0;
  std::uint64_t hash = 0;

  void add(std::uint64_t of_row) noexcept {
    ++rows;
    hash += of_row;
  }
  void remove(std::uint64_t of_row) noexcept {
    --rows;
    hash -= of_row;
  }
  rows_digest& operator+=(const rows_digest& other) noexcept {
    rows += other.rows;
    hash += other.hash;
    return *this;
  }
  friend bool operator==(const rows_digest&, const rows_digest&) = default;
};

/// A hash that is computed when it is first asked for, by any thread. A copy of what it belongs to may be
/// changed, so it begins unknown.
class lazy_hash {
public:
  lazy_hash() = default;
  lazy_hash(const lazy_hash&) noexcept {}
  lazy_hash& operator=(const lazy_hash&) noexcept {
    set(0);
    return *this;
  }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); } ///< 0: not known
  void set(std::uint64_t to) const noexcept { value_.store(to, std::memory_order_relaxed); }

private:
  mutable std::atomic<std::uint64_t> value_ = 0;
};

/// One group commit of one shard. Immutable once it is closed; shared by the journal, the state
/// applier and the shard's overlay of rows not yet applied.
struct epoch {
  std::uint32_t shard = 0;
  std::uint64_t term = 0;          ///< ownership period it was made in
  std::uint64_t number = 0;        ///< 1, 2, 3, ... without gaps
  std::uint64_t previous_term = 0; ///< term of epoch number - 1; 0 for the first
  std::uint64_t previous_hash = 0; ///< hash of epoch number - 1; 0: the first, or not known
  unix_ms time_ms = 0;             ///< the shard's time when it was closed; 0: of before it was kept
  std::vector<row_write> writes;   ///< each key at most once
  lazy_hash hash;                  ///< see hash_of
};
using epoch_ptr = std::shared_ptr<const epoch>;

/// The checksum of the epoch's journal record, which says all that is in it: so each epoch, by its
/// previous_hash, says all that came before. 0, not known, of an epoch that has neither time nor
/// previous_hash: the version before this knew neither, and kept an epoch of a primary of this version
/// without them, under another checksum. Costs an encoding, once. Pre: the epoch changes no more.
std::uint64_t hash_of(const epoch& what);

/// An epoch as what comes after it must know it.
struct epoch_mark {
  std::uint64_t epoch = 0; ///< its number; 0: there is none
  std::uint64_t term = 0;
  std::uint64_t hash = 0; ///< hash_of it; 0: not known
  unix_ms time_ms = 0;    ///< 0: not known
  friend bool operator==(const epoch_mark&, const epoch_mark&) = default;
};
epoch_mark mark_of(const epoch& what);

/// The journal record of an epoch: the stored form, checksum included (runtime/storage/FORMAT.md). Pre: as
/// hash_of.
std::string encode_epoch(const epoch& what);

/// The epoch of a journal record, or `corrupt` when its checksum or its form is wrong, or
/// `unsupported_version`.
result<epoch_ptr> decode_epoch(std::string_view record);

/// What stands before the value in its stored form.
inline constexpr std::size_t value_header_bytes = 1 + 8 + 8;

/// The stored form of a row's value: format version, epoch, XXH3 checksum over table, key, shard,
/// epoch and value, and the value.
std::string seal_value(std::uint32_t shard, std::uint64_t epoch, const row_key& key, std::string_view value);

/// What a stored value holds. The view is into `stored`.
struct opened_value {
  std::uint64_t epoch = 0;
  std::string_view value;
};

/// Checks and opens a stored value; `corrupt` names the shard, the table and the key in hex.
result<opened_value> open_value(std::uint32_t shard, const row_key& key, std::string_view stored);

} // namespace orderd::runtime
