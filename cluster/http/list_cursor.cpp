#include "cluster/http/list_cursor.hpp"

#include <cstdint>

namespace orderd::cluster {

namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 of RFC 4648, section 5, without padding.
std::string encoded(std::string_view bytes) {
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6)
      out += letters[held >> (bits - 6) & 63];
  }
  if (bits > 0)
    out += letters[held << (6 - bits) & 63];
  return out;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const auto value = letters.find(c);
    if (value == std::string_view::npos)
      return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(held >> bits & 255);
    }
  }
  return out;
}

} // namespace

std::string make_cursor(char list, std::string_view key) {
  return encoded(std::string(1, list).append(key));
}

std::optional<std::string> read_cursor(char list, std::string_view cursor) {
  auto bytes = decoded(cursor);
  if (!bytes || bytes->size() < 2 || bytes->front() != list || encoded(*bytes) != cursor)
    return std::nullopt;
  return bytes->substr(1);
}

} // namespace orderd::cluster
