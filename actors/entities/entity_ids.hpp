// The ids of the business's entities: their slots, and how people read and type them.
#pragma once

#include "actors/rules/kinds.hpp"
#include "actors/rules/types.hpp"
#include "runtime/entity/entity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::actors {

inline runtime::entity_id entity_of(kind which, std::string_view key) {
  return {static_cast<std::uint8_t>(which), key};
}
inline runtime::entity_id entity_of(const order_key& order) {
  return entity_of(kind::order, order.view());
}

/// The slot of an entity: of an order and its card payment the one inside the order's id, of anything else a
/// hash.
std::uint16_t slot_of(const runtime::entity_id& id);

/// An entity's key as people read and type it: an order's and a card's id as UUID text, else the key
/// itself. `parse_readable_key` gives nothing when kind or key are none.
std::string readable_key(const runtime::entity_id& id);
std::optional<runtime::entity_id> parse_readable_key(std::string_view kind_text, std::string_view key);

} // namespace orderd::actors
