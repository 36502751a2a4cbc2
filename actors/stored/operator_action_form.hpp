// The stored form of what a person did about an order: a part of an order's state, and of a command.
#pragma once

#include "actors/rules/operator_action.hpp"
#include "actors/stored/stored.pb.h"

#include <optional>

namespace orderd::actors {

inline void write_action(stored::v1::operator_action& to, const operator_action& action) {
  to.set_at_ms(action.at_ms);
  to.set_what(static_cast<std::uint32_t>(action.what));
  to.set_by(action.by);
  to.set_why(action.why);
}

/// Nothing: it says nothing that a person can do.
inline std::optional<operator_action> read_action(const stored::v1::operator_action& from) {
  if (from.what() == 0 || from.what() > action_kind_max)
    return std::nullopt;
  return operator_action{from.at_ms(), static_cast<action_kind>(from.what()), from.by(), from.why()};
}

} // namespace orderd::actors
