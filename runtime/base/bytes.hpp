// Integers as bytes, and the one hash of everything stored. Big-endian throughout, so that keys made
// of integers sort as the integers do.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace orderd::runtime {

/// XXH3-64. Stored in checksums and slots: never changes.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// `value` with its bytes in the order they are stored in. Its own inverse.
template <class T>
constexpr T big_endian(T value) noexcept {
  static_assert(std::is_unsigned_v<T> && sizeof(T) <= 8);
  if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1)
    return value;
  else if constexpr (sizeof(T) == 2)
    return __builtin_bswap16(value);
  else if constexpr (sizeof(T) == 4)
    return __builtin_bswap32(value);
  else
    return __builtin_bswap64(value);
}

/// Writes `value` to the sizeof(T) bytes at `to`; returns the byte after them.
template <class T>
char* put_integer(char* to, T value) noexcept {
  const T stored = big_endian(value);
  std::memcpy(to, &stored, sizeof stored);
  return to + sizeof stored;
}

template <class T>
void append_integer(std::string& to, T value) {
  const T stored = big_endian(value);
  to.append(reinterpret_cast<const char*>(&stored), sizeof stored);
}

/// The integer in the first sizeof(T) bytes. Pre: there are that many.
template <class T>
T get_integer(std::string_view from) noexcept {
  T stored;
  std::memcpy(&stored, from.data(), sizeof stored);
  return big_endian(stored);
}

/// Lower-case hex, for keys in messages.
std::string to_hex(std::string_view bytes);

} // namespace orderd::runtime
