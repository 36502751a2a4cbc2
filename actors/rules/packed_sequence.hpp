// A sequence of enumerators, one byte each: as small in memory as on disk, and the same bytes.
//
// *Concurrency*: a value; none of its own.
#pragma once

#include "actors/rules/types.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

namespace orderd::actors {

/// `Last`: the largest enumerator; there is one for every number from 0 to it.
template <class Enum, Enum Last>
class packed_sequence {
public:
  packed_sequence() = default;
  packed_sequence(std::size_t size, Enum all) : bytes_(size, byte(all)) {}
  packed_sequence(std::initializer_list<Enum> all) {
    for (const auto each : all)
      add(each);
  }

  /// From its stored form; nothing when a byte is no enumerator.
  static std::optional<packed_sequence> parse(std::string stored) {
    const auto is_known = [](char each) {
      return static_cast<unsigned char>(each) <= static_cast<unsigned char>(Last);
    };
    if (!std::all_of(stored.begin(), stored.end(), is_known))
      return std::nullopt;
    packed_sequence parsed;
    parsed.bytes_ = std::move(stored);
    return parsed;
  }
  const std::string& stored() const noexcept { return bytes_; }

  std::size_t size() const noexcept { return bytes_.size(); }
  /// Pre: at < size().
  Enum operator[](std::size_t at) const noexcept { return static_cast<Enum>(bytes_[at]); }
  void set(std::size_t at, Enum what) noexcept { bytes_[at] = byte(what); }
  void add(Enum what) { bytes_ += byte(what); }

  bool any(Enum what) const noexcept { return bytes_.find(byte(what)) != std::string::npos; }
  std::size_t count(Enum what) const noexcept {
    return static_cast<std::size_t>(std::count(bytes_.begin(), bytes_.end(), byte(what)));
  }
  /// The place of the first of a kind.
  std::optional<std::size_t> find(Enum what) const noexcept {
    const auto at = bytes_.find(byte(what));
    return at != std::string::npos ? std::optional{at} : std::nullopt;
  }

  friend bool operator==(const packed_sequence&, const packed_sequence&) = default;

private:
  static char byte(Enum what) noexcept { return static_cast<char>(what); }

  std::string bytes_;
};

/// What is known of each line of an order, or of those of one SKU.
using line_states = packed_sequence<line_state, line_state::released>;

/// Every status that an order has had, the oldest first.
using status_history = packed_sequence<order_status, order_status::cancelled>;

} // namespace orderd::actors
