// The digest of all rows of a shard (row.hpp), which every change of a row keeps current: the sum of the
// rows' hashes, in any order. Replicas with the same rows have the same, whichever epochs wrote them. It
// finds what is missing, too much or another; it is no defence against somebody who means to deceive it.
//
// Stored with the applied epoch (FORMAT.md), so how it is made never changes. Pure.
#pragma once

#include "runtime/base/bytes.hpp"
#include "runtime/storage/row.hpp"
#include "runtime/storage/state_rows.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::runtime {

/// Of one row, 64 bits.
inline std::uint64_t row_hash(table in, std::string_view key, std::string_view value) noexcept {
  return hash_bytes(key, hash_bytes(value) + static_cast<std::uint64_t>(in));
}

/// The value in a stored row, its seal not checked.
inline std::string_view unsealed(std::string_view stored) noexcept {
  return stored.size() < value_header_bytes ? stored : stored.substr(value_header_bytes);
}

/// Where a look through all rows, in the order of places and keys, has come to, and what the rows up to there
/// are now: rows that change behind it are followed, so that at its end it has seen what is there then.
class passed_rows {
public:
  /// Nothing is passed; nothing is followed before the first `pass`.
  void begin() {
    following_ = true;
    place_ = 0;
    key_.clear();
    of_ = {};
  }
  void end() noexcept { following_ = false; }
  bool following() const noexcept { return following_; }

  /// Whether a row that changes was passed, so that its change counts.
  bool has(row_place place, std::string_view key) const noexcept {
    return following_ && (place.number() != place_ ? place.number() < place_ : key <= key_);
  }
  void change(const rows_digest& by) noexcept { of_ += by; }

  /// Rows up to this one were read, and are these.
  void pass(std::uint32_t place, std::string key, const rows_digest& read) {
    place_ = place;
    key_ = std::move(key);
    of_ += read;
  }
  const rows_digest& of() const noexcept { return of_; }

private:
  bool following_ = false;
  std::uint32_t place_ = 0;
  std::string key_;
  rows_digest of_;
};

} // namespace orderd::runtime
