#include "runtime/entity/entity.hpp"

#include "runtime/base/bytes.hpp"

namespace orderd::runtime {

static_assert(entity_id::key_bytes_max + 1 <= row_key::key_bytes_max);

namespace {

/// {kind, key}: the form of an entity in row keys and hashes.
struct stored_id {
  char bytes[entity_id::key_bytes_max + 1];
  std::size_t size;

  explicit stored_id(const entity_id& id) : size(id.key().size() + 1) {
    bytes[0] = static_cast<char>(id.kind());
    std::memcpy(bytes + 1, id.key().data(), id.key().size());
  }
  std::string_view view() const noexcept { return {bytes, size}; }
};

} // namespace

row_key entity_id::row(table in) const {
  return {in, stored_id{*this}.view()};
}

std::size_t entity_id_hash::operator()(const entity_id& id) const noexcept {
  return hash_bytes(id.key(), id.kind());
}

std::uint16_t hashed_slot(const entity_id& id) noexcept {
  return static_cast<std::uint16_t>(hash_bytes(stored_id{id}.view()) >> 50);
}

void effects::clear() {
  state.reset();
  content.reset();
  commands.clear();
  reply.reset();
  wait = false;
  announcement.reset();
  timers.clear();
  calls.clear();
  index.clear();
  passivate = false;
  unsettled_change = 0;
  settled_as = {};
}

} // namespace orderd::runtime
