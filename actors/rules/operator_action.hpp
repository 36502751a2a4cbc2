// What people did about an order: who, when, what and why, for whoever asks later.
#pragma once

#include "config/limits.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orderd::actors {

/// The numbers are stored: never change one.
enum class action_kind : std::uint8_t {
  none = 0,
  cancel = 1,  ///< the order was cancelled
  retry = 2,   ///< its quarantine, or that of its card payment, was resolved: the command ran again
  release = 3, ///< likewise: the failing command was dropped
};
inline constexpr std::uint8_t action_kind_max = 3;

constexpr std::string_view to_string(action_kind what) noexcept {
  switch (what) {
  case action_kind::cancel:
    return "cancel";
  case action_kind::retry:
    return "retry";
  case action_kind::release:
    return "release";
  case action_kind::none:
    break;
  }
  return "none";
}

struct operator_action {
  std::int64_t at_ms = 0; ///< of the shard
  action_kind what = action_kind::none;
  std::string by;  ///< who; never empty
  std::string why; ///< empty: it was not said
  friend bool operator==(const operator_action&, const operator_action&) = default;
};

/// The newest actions of an order, in order.
using operator_actions = std::vector<operator_action>;

/// Adds one, and lets the oldest go beyond limits::order_actions_max.
inline void note(operator_actions& all, operator_action one) {
  if (all.size() >= limits::order_actions_max)
    all.erase(all.begin());
  all.push_back(std::move(one));
}

} // namespace orderd::actors
