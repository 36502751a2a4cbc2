// The words of the business as plain values: statuses, reasons, states and the small keys that travel
// in every command. The numbers of the enumerations are stored and sent (public.proto): never change one.
#pragma once

#include "runtime/base/result.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace orderd::actors {

enum class order_status : std::uint8_t {
  none = 0, ///< does not exist
  placed = 1,
  reserving = 2,
  authorizing = 3,
  confirmed = 4,
  rejecting = 5,
  rejected = 6,
  cancelling = 7,
  cancelled = 8,
};
inline constexpr std::size_t order_statuses = 9;

/// Why an order was not confirmed.
enum class reject_reason : std::uint8_t {
  none = 0,
  insufficient_stock = 1,
  unknown_sku = 2,
  credit_limit = 3,
  unknown_account = 4,
  currency_mismatch = 5,
  card_declined = 6,
  deadline_passed = 7,
  quarantined = 8, ///< ITEM_QUARANTINED
  cancelled_by_request = 9,
};
inline constexpr std::uint8_t reject_reason_max = 9;

enum class payment_method : std::uint8_t { none = 0, account = 1, card = 2 };

enum class payment_state : std::uint8_t {
  none = 0,
  requested = 1,
  unknown = 2,
  authorized = 3,
  refused = 4,
  voiding = 5,
  voided = 6,
};
inline constexpr std::uint8_t payment_state_max = 6;

/// What an order knows of one of its lines; one byte a line is stored.
enum class line_state : char {
  asked = 0,     ///< the item has not answered
  reserved = 1,  ///< held for this order
  refused = 2,   ///< the item said no
  releasing = 3, ///< being given back, not acknowledged yet
  released = 4,  ///< given back
};

/// The business says no to a client's command; the numbers are those of v1::rejection.
enum class rejection_code : std::uint8_t {
  none = 0,
  conflict = 1,
  invalid_field = 2,
  not_found = 3,
  already_rejected = 4,
  below_reserved = 5,
  currency_fixed = 6,
  below_held = 7,
  not_quarantined = 8,
};

/// N bytes held inline, with a tag so that different keys do not mix.
template <std::size_t N, class Tag>
class fixed_bytes {
public:
  static constexpr std::size_t size = N;

  fixed_bytes() { bytes_.fill(0); }
  /// Pre: from.size() == N; anything else is a bug.
  explicit fixed_bytes(std::string_view from) {
    runtime::require(from.size() == N, "a key of the wrong size");
    std::memcpy(bytes_.data(), from.data(), N);
  }
  std::string_view view() const noexcept { return {bytes_.data(), N}; }
  /// False for the default-made value: no key at all.
  bool is_set() const noexcept { return *this != fixed_bytes{}; }
  friend bool operator==(const fixed_bytes&, const fixed_bytes&) = default;

private:
  std::array<char, N> bytes_;
};

/// An order's id, 16 bytes (order_id.hpp).
using order_key = fixed_bytes<16, struct order_key_tag>;
/// The id of a client's command that must have effect once.
using command_id = fixed_bytes<16, struct command_id_tag>;
/// The id of a trace of W3C Trace Context.
using trace_key = fixed_bytes<16, struct trace_key_tag>;
/// ISO 4217, three capital letters.
using currency_code = fixed_bytes<3, struct currency_code_tag>;

} // namespace orderd::actors
