// What an order waits for: itself, SKUs, the account, the card provider; and whether a person is needed.
//
// Pure; any thread.
#pragma once

#include "cluster/explain/order_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

struct order_wait {
  enum class weight : std::uint8_t {
    moment, ///< an answer that takes milliseconds
    time,   ///< it is tried again, or asked again, by itself
    person, ///< nothing happens until a person does something
  };
  std::string what; ///< a sentence
  std::string kind; ///< of the entity; empty: none
  std::string key;
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> next_at_ms; ///< none: it is not known when
  std::string next;                       ///< a sentence: what happens then
  weight how = weight::moment;
};

/// The gravest first, then in the order in which the order goes on. Empty: it waits for nothing.
std::vector<order_wait> waits_of(const order_facts& facts);

/// Whether something can be done about an entity: it waits for a person. nullptr: no.
const v1::entity_trouble* quarantine_of(const v1::entity_explanation* known);

} // namespace orderd::cluster
