#include "actors/entities/entity_ids.hpp"

#include "actors/rules/order_id.hpp"
#include "runtime/base/slots.hpp"

namespace orderd::actors {

namespace {

bool is_keyed_by_order(const runtime::entity_id& id) noexcept {
  return actors::is_keyed_by_order(static_cast<kind>(id.kind()));
}

} // namespace

std::uint16_t slot_of(const runtime::entity_id& id) {
  return is_keyed_by_order(id) ? order_id_slot(id.key()) : runtime::hashed_slot(id.kind(), id.key());
}

std::string readable_key(const runtime::entity_id& id) {
  return is_keyed_by_order(id) ? order_id_text(id.key()) : std::string{id.key()};
}

std::optional<runtime::entity_id> parse_readable_key(std::string_view kind_text, std::string_view key) {
  for (const auto which : {kind::item, kind::account, kind::card, kind::order}) {
    if (kind_name(which) != kind_text)
      continue;
    const auto raw = is_keyed_by_order(which) ? parse_order_id(key) : std::string{key};
    if (raw.empty() || raw.size() > runtime::entity_id::key_bytes_max)
      return std::nullopt;
    return entity_of(which, raw);
  }
  return std::nullopt;
}

} // namespace orderd::actors
