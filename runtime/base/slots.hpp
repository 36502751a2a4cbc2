// Which shard a key lives in: a key has a slot, for ever the same; a shard has a contiguous range of slots.
#pragma once

#include "config/limits.hpp"

#include <bit>
#include <cstdint>
#include <string_view>

namespace orderd::runtime {

/// The first 14 bits of a hash.
constexpr std::uint16_t slot_of_hash(std::uint64_t hash) noexcept {
  constexpr int bits = std::bit_width(limits::slots) - 1;
  static_assert(limits::slots == 1u << bits);
  return static_cast<std::uint16_t>(hash >> (64 - bits));
}

/// By the xxh3_64 of kind and key: the slot of entities whose key has no slot of its own.
/// A key of more than limits::key_bytes_max bytes is a bug.
std::uint16_t hashed_slot(std::uint8_t kind, std::string_view key);

/// The shard of a slot: contiguous ranges of equal size.
constexpr std::uint32_t shard_of_slot(std::uint16_t slot, std::uint32_t shards) noexcept {
  return static_cast<std::uint32_t>(slot) * shards / limits::slots;
}

} // namespace orderd::runtime
