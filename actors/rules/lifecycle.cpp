#include "actors/rules/lifecycle.hpp"

#include <array>

namespace orderd::actors {

namespace {

/// A set of statuses, one bit each.
template <class... Statuses>
constexpr std::uint16_t set_of(Statuses... statuses) {
  return static_cast<std::uint16_t>((0u | ... | (1u << static_cast<unsigned>(statuses))));
}

struct row {
  order_status status;
  std::array<verdict, order_columns> verdicts;
  std::uint16_t successors;
};

constexpr auto act = verdict::act;
constexpr auto again = verdict::again;
constexpr auto ignore = verdict::ignore;
constexpr auto not_found = verdict::not_found;
constexpr auto already_rejected = verdict::already_rejected;
constexpr auto bug = verdict::bug;

using enum order_status;

// What comes after confirmation (shipment, capture, return) adds columns, and successors of `confirmed`.
constexpr std::array<row, order_statuses> table{{
    // status      place  cancel            expire  reserve_a. release_a. authorize_a. void_a. note_action
    {none, {act, not_found, bug, bug, bug, bug, bug, ignore}, set_of(placed)},
    {placed, {bug, bug, bug, bug, bug, bug, bug, bug}, set_of(reserving)},
    {reserving,
     {again, act, act, act, ignore, ignore, ignore, act},
     set_of(authorizing, rejecting, cancelling)},
    {authorizing,
     {again, act, act, ignore, ignore, act, ignore, act},
     set_of(confirmed, rejecting, cancelling)},
    {confirmed, {again, act, ignore, ignore, ignore, ignore, ignore, act}, set_of(cancelling)},
    {rejecting, {again, already_rejected, ignore, act, act, act, act, act}, set_of(rejected)},
    {rejected, {again, already_rejected, ignore, ignore, ignore, ignore, ignore, act}, set_of()},
    {cancelling, {again, again, ignore, act, act, act, act, act}, set_of(cancelled)},
    {cancelled, {again, again, ignore, ignore, ignore, ignore, ignore, act}, set_of()},
}};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].status) != i)
      return false;
  return true;
}
static_assert(rows_are_in_order());

} // namespace

verdict verdict_of(order_status status, order_column column) noexcept {
  return table[static_cast<std::size_t>(status)].verdicts[static_cast<std::size_t>(column)];
}

bool may_become(order_status from, order_status to) noexcept {
  return (table[static_cast<std::size_t>(from)].successors & set_of(to)) != 0;
}

bool is_settled(order_status status) noexcept {
  return status == confirmed || status == rejected || status == cancelled;
}

bool is_legal_history(const status_history& history, order_status status) noexcept {
  auto at = none;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (!may_become(at, history[i]))
      return false;
    at = history[i];
  }
  return at == status;
}

std::string_view to_string(order_status status) noexcept {
  constexpr std::array<std::string_view, order_statuses> names{"none",        "placed",     "reserving",
                                                               "authorizing", "confirmed",  "rejecting",
                                                               "rejected",    "cancelling", "cancelled"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view to_string(order_column column) noexcept {
  constexpr std::array<std::string_view, order_columns> names{
      "place",          "cancel",           "expire",      "reserve_answer",
      "release_answer", "authorize_answer", "void_answer", "note_action"};
  return names[static_cast<std::size_t>(column)];
}

std::string_view to_string(verdict what) noexcept {
  constexpr std::array<std::string_view, 6> names{"act", "again", "ignore", "NOT_FOUND", "ALREADY_REJECTED",
                                                  "bug"};
  return names[static_cast<std::size_t>(what)];
}

} // namespace orderd::actors
