// How the rows of a shard are laid out in a state store, and what of some epochs has to be written.
// Pure: no LMDB in it.
#pragma once

#include "runtime/storage/row.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime {

/// Where a row lies: its table and, in the tables of entities, its kind (first byte of its key). Rows of
/// one kind have keys of one form, so time-ordered ones come last in their place.
class row_place {
public:
  static constexpr std::size_t kinds = 256;
  /// Numbers of places are below this.
  static constexpr std::size_t numbers = (table_max + 1u) * kinds;

  static constexpr bool split_by_kind(table in) noexcept {
    return in == table::content || in == table::state;
  }
  /// Pre: `key` is not empty.
  static constexpr row_place of(table in, std::string_view key) noexcept {
    return {in, split_by_kind(in) ? static_cast<unsigned char>(key.front()) : 0u};
  }
  constexpr row_place(table in, unsigned kind) noexcept
      : number_(static_cast<std::uint16_t>(static_cast<unsigned>(in) * kinds + kind)) {}
  explicit constexpr row_place(std::uint16_t number) noexcept : number_(number) {}

  constexpr table in() const noexcept { return static_cast<table>(number_ / kinds); }
  constexpr unsigned kind() const noexcept { return number_ % kinds; }
  /// Grows with (table, kind).
  constexpr std::uint16_t number() const noexcept { return number_; }
  friend constexpr bool operator==(row_place, row_place) noexcept = default;

private:
  std::uint16_t number_;
};

/// Databases a state store can have: meta, the tables that are not split, the two that are.
inline constexpr unsigned state_databases_max = 1 + table_max - 2 + 2 * row_place::kinds;

/// The name of the database of a place in an LMDB state store, and the other way round: nullopt when there is
/// no such place.
std::string database_name(row_place place);
std::optional<row_place> place_named(std::string_view database);

/// The last write of a row among some epochs. Points into them.
struct merged_write {
  row_place place;
  std::uint64_t epoch;
  const row_write* write;
};

/// Of every row that the epochs write, the last write; ordered by place, then by key.
std::vector<merged_write> merge_writes(std::span<const epoch_ptr> epochs);

/// The same of rows that no epoch of this replica wrote, in their order; their epoch is 0.
std::vector<merged_write> merge_writes(std::span<const row_write> rows);

/// Checks and opens a row as a store found it; `corrupt` also when its key cannot be one of ours.
result<opened_value> open_row(std::uint32_t shard, table in, std::string_view key, std::string_view stored);

/// The least key above all keys that start with `prefix`; empty when there is none.
std::string key_after_prefix(std::string_view prefix);

} // namespace orderd::runtime
