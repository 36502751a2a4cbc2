// What damage took from a state: the keys of rows that may have been there. Kept with the state, so that no
// later start takes them for rows that never were.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/storage/row.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime {

/// Keys of a table from `first` on, below `end`; nullopt: all that follow.
struct lost_range {
  table in;
  std::string first;
  std::optional<std::string> end;
  unix_ms found_ms = 0; ///< by the wall clock; 0: not known
  /// The same keys, whenever that was found.
  friend bool operator==(const lost_range& a, const lost_range& b) {
    return a.in == b.in && a.first == b.first && a.end == b.end;
  }
};

class lost_rows {
public:
  lost_rows() = default;
  explicit lost_rows(std::vector<lost_range> ranges) : ranges_(std::move(ranges)) {}

  bool empty() const noexcept { return ranges_.empty(); }
  const std::vector<lost_range>& ranges() const noexcept { return ranges_; }
  void add(lost_range range);
  void remove(const lost_range& range);
  /// Ends the ranges of a table that have no end, those of one kind of entity, after this key.
  void close(table in, unsigned kind, std::string_view last);
  bool open_ended(table in, unsigned kind) const;

  /// A range that has a key from `first` on and below `end` (empty: no end).
  const lost_range* between(table in, std::string_view first, std::string_view end) const;

  std::string encode() const;
  static result<lost_rows> decode(std::string_view bytes);

private:
  std::vector<lost_range> ranges_;
};

/// Its row in the database "meta".
inline const row_key lost_row_key{table{0}, "lost"};

/// What is said in place of rows of that range: `corrupt`. `asked`: the one that was asked for, empty: all.
fault lost(std::uint32_t shard, const lost_range& what, std::string_view asked = {});

} // namespace orderd::runtime
