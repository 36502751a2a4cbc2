// What happened to an order, step by step: its statuses and what people did.
//
// Pure; any thread.
#pragma once

#include "cluster/explain/order_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

struct order_step {
  std::optional<std::int64_t> at_ms;   ///< none: of an order from before times were kept
  std::string what;                    ///< a sentence
  std::optional<std::int64_t> took_ms; ///< until the next status; none: it lasts, or is not known
  std::string detail;                  ///< half a sentence; empty: none
};

/// The oldest first; what people did stands where it happened.
std::vector<order_step> steps_of(const order_facts& facts);

/// Why a rejected order is: the reason, and the line or payment that it is about.
std::string rejection_text(const v1::order& order);

/// "cancelled by eve: the customer called"
std::string action_text(const v1::operator_action& action);

} // namespace orderd::cluster
