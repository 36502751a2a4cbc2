// The life of an order as one table: what each status does with each command, and which statuses may
// follow it. `decide` and `apply` (order.cpp), the auditor and the README use this one table.
#pragma once

#include "actors/rules/packed_sequence.hpp"
#include "actors/rules/types.hpp"

#include <cstdint>
#include <string_view>

namespace orderd::actors {

/// The commands of an order, as columns of the table.
enum class order_column : std::uint8_t {
  place,
  cancel,
  expire,
  reserve_answer,
  release_answer,
  authorize_answer,
  void_answer,
  note_action,
};
inline constexpr std::size_t order_columns = 8;

/// What a status does with a command.
enum class verdict : std::uint8_t {
  act,              ///< it changes the order
  again,            ///< it was said before: the same answer, or the caller waits for it
  ignore,           ///< late or said twice: changes nothing
  not_found,        ///< refused: there is no such order
  already_rejected, ///< refused: a rejected order cannot be cancelled
  bug,              ///< nobody sends this
};

verdict verdict_of(order_status status, order_column column) noexcept;

/// True when an order's history may hold `to` directly after `from` (none: the beginning).
bool may_become(order_status from, order_status to) noexcept;

/// True when the order has nothing left to do by itself: confirmed, rejected or cancelled.
bool is_settled(order_status status) noexcept;

/// True when `history` is a path of the table from its beginning to `status`.
bool is_legal_history(const status_history& history, order_status status) noexcept;

std::string_view to_string(order_status status) noexcept;
std::string_view to_string(order_column column) noexcept;
std::string_view to_string(verdict what) noexcept;

} // namespace orderd::actors
