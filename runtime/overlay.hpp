// The rows of closed epochs that the state store does not have yet.
//
// A read looks into the open epoch's write set, then here, then into the state store. `add` when an
// epoch closes, `applied` when the state store has it. Owned by its shard; no locks.
#pragma once

#include "runtime/row.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace orderd::runtime {

class overlay {
public:
  /// Pre: its number follows the last one added.
  void add(epoch_ptr what);

  /// Forgets the epochs up to this number. Pre: readers of the state store see them from now on.
  void applied(std::uint64_t upto);

  /// The newest change of a row, or nullptr: ask the state store. Valid until `applied`.
  const row_write* find(const row_key& key) const;

  /// Bytes held, keys and values: what admission bounds.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  struct newest {
    std::uint64_t epoch = 0;
    const row_write* write = nullptr; ///< owned by its epoch in epochs_
  };
  struct held {
    epoch_ptr what;
    std::size_t bytes = 0;
  };

  std::deque<held> epochs_;
  std::unordered_map<row_key, newest, row_key_hash> rows_;
  std::size_t bytes_ = 0;
};

} // namespace orderd::runtime
