// The rows that the open epoch of a shard writes: per key, only the last value is kept.
//
// *Operation*: `put` and `erase` while the epoch is open, `take` when it closes, which empties the set.
// *Concurrency*: none; owned by its shard.
#pragma once

#include "runtime/base/flat_table.hpp"
#include "runtime/storage/row.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace orderd::runtime {

class write_set {
public:
  /// Whether a key can exist already. A `fresh` row that is erased in the same epoch leaves nothing.
  enum class known : std::uint8_t { perhaps, fresh };

  void put(const row_key& key, std::string value, known before = known::perhaps);
  void erase(const row_key& key);

  /// The change of a row in this epoch, or nullptr: unchanged. Valid until the next call of a non-const
  /// member.
  const row_write* find(const row_key& key) const;

  bool empty() const noexcept { return live_ == 0; }
  std::size_t bytes() const noexcept { return bytes_; }

  /// The changes in the order in which their keys first came; the set is empty afterwards.
  std::vector<row_write> take();

private:
  struct entry {
    row_write write;
    bool fresh = false;   ///< the key did not exist before this epoch
    bool dropped = false; ///< fresh and erased again: not written
  };

  /// Where the entry of a key is.
  struct place {
    std::uint32_t position = 0; ///< in entries_, plus one; 0: free
    std::uint32_t hash_bits = 0;

    bool is_free() const noexcept { return position == 0; }
    std::uint32_t hash() const noexcept { return hash_bits; }
  };

  entry* lookup(const row_key& key, std::uint32_t hash);
  entry& insert(const row_key& key, std::uint32_t hash);
  void count(const entry& what, std::size_t bytes_before);
  static std::size_t size_of(const entry& what) noexcept;

  std::vector<entry> entries_;
  flat_table<place> index_;
  std::size_t bytes_ = 0;
  std::size_t live_ = 0;
};

} // namespace orderd::runtime
