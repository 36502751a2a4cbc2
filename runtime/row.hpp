// The rows of a shard's state, and the epochs that change them.
//
// A shard's whole durable state is a set of rows: (table, key) -> value. An epoch is one group
// commit: the rows it writes and erases, all or none. runtime/FORMAT.md describes each table's keys
// and values byte by byte.
#pragma once

#include "runtime/result.hpp"

#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime {

/// Milliseconds since the Unix epoch.
using unix_ms = std::int64_t;

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

/// One group commit of one shard. Immutable once it is closed; shared by the journal, the state
/// applier and the shard's overlay of rows not yet applied.
struct epoch {
  std::uint32_t shard = 0;
  std::uint64_t term = 0;          ///< ownership period it was made in
  std::uint64_t number = 0;        ///< 1, 2, 3, ... without gaps
  std::uint64_t previous_term = 0; ///< term of epoch number - 1; 0 for the first
  std::vector<row_write> writes;   ///< each key at most once
};
using epoch_ptr = std::shared_ptr<const epoch>;

/// The journal record of an epoch: the stored form, checksum included (runtime/FORMAT.md).
std::string encode_epoch(const epoch& what);

/// The epoch of a journal record, or `corrupt` when its checksum or its form is wrong, or
/// `unsupported_version`.
result<epoch_ptr> decode_epoch(std::string_view record);

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
