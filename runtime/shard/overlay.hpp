// The rows of closed epochs that the state store does not have yet.
//
// A read looks into the open epoch's write set, then here, then into the state store. `add` when an
// epoch closes, `applied` when the state store has it, `forget` now and then. Owned by its shard; no locks.
#pragma once

#include "runtime/base/flat_table.hpp"
#include "runtime/storage/row.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace orderd::runtime {

class overlay {
public:
  /// `rows_expected`: room is made for so many at once; more cost a little more each.
  explicit overlay(std::size_t rows_expected = 0) { rows_.reserve(rows_expected); }

  /// Pre: its number follows the last one added.
  void add(epoch_ptr what);

  /// The state store has the epochs up to this number, for every reader from now on: they may be
  /// forgotten. That is done in pieces by `forget`, because hundreds of thousands of rows become superfluous
  /// at once, and forgetting them in one go would hold the shard for many milliseconds.
  void applied(std::uint64_t upto) noexcept { applied_ = upto; }

  /// Forgets applied epochs, oldest first, until so many rows or more are forgotten.
  void forget(std::size_t rows);

  /// The newest change of a row, or nullptr: ask the state store. Valid until `forget`.
  const row_write* find(const row_key& key) const;

  /// Bytes held, keys and values: what admission bounds.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  struct newest {
    const row_write* write = nullptr; ///< owned by its epoch in epochs_
    std::uint64_t epoch = 0;
    std::uint32_t hash_bits = 0;

    bool is_free() const noexcept { return write == nullptr; }
    std::uint32_t hash() const noexcept { return hash_bits; }
  };
  struct held {
    epoch_ptr what;
    std::size_t bytes = 0;
  };

  std::deque<held> epochs_;
  stepwise_table<newest> rows_;
  std::size_t bytes_ = 0;
  std::uint64_t applied_ = 0;
};

} // namespace orderd::runtime
