#include "runtime/base/slots.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/result.hpp"

#include <algorithm>
#include <array>

namespace orderd::runtime {

std::uint16_t hashed_slot(std::uint8_t kind, std::string_view key) {
  require(key.size() <= limits::key_bytes_max, "entity key too long");
  // In one piece, because hashing a stream costs several times as much.
  std::array<char, 1 + limits::key_bytes_max> bytes;
  bytes[0] = static_cast<char>(kind);
  std::copy(key.begin(), key.end(), bytes.begin() + 1);
  return slot_of_hash(hash_bytes({bytes.data(), 1 + key.size()}));
}

} // namespace orderd::runtime
