#include "runtime/entity/entity.hpp"

#include "runtime/base/bytes.hpp"

namespace orderd::runtime {

static_assert(entity_id::key_bytes_max + 1 <= row_key::key_bytes_max);

row_key entity_id::row(table in) const {
  char bytes[key_bytes_max + 1];
  bytes[0] = static_cast<char>(kind_);
  std::memcpy(bytes + 1, bytes_, size_);
  return {in, {bytes, size_ + std::size_t{1}}};
}

std::size_t entity_id_hash::operator()(const entity_id& id) const noexcept {
  return hash_bytes(id.key(), id.kind());
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
  stands = {};
  settled_as = {};
}

} // namespace orderd::runtime
