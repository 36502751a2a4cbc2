#include "actors/rules/order_id.hpp"

#include "actors/rules/kinds.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/slots.hpp"

namespace orderd::actors {

namespace {

constexpr std::size_t text_bytes = 36;
constexpr std::uint8_t version_bits = 0x70;
constexpr std::uint8_t variant_bits = 0x80;
// Where the dashes stand in the text: before these bytes.
constexpr bool dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

std::uint8_t byte_at(std::string_view id, std::size_t at) {
  return static_cast<std::uint8_t>(id[at]);
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  return -1;
}

std::uint16_t slot_for(std::string_view customer, std::uint64_t random) {
  if (customer.empty())
    return runtime::slot_of_hash(
        runtime::hash_bytes({reinterpret_cast<const char*>(&random), sizeof random}));
  return runtime::hashed_slot(static_cast<std::uint8_t>(kind::account), customer);
}

} // namespace

std::string make_order_id(std::string_view customer, std::int64_t now_ms, std::uint64_t random) {
  const auto slot = slot_for(customer, random);
  const auto put = [](std::string& id, std::uint64_t bits) { id += static_cast<char>(bits & 0xff); };
  std::string id;
  for (int shift = 40; shift >= 0; shift -= 8)
    put(id, static_cast<std::uint64_t>(now_ms) >> shift);
  put(id, version_bits | ((random >> 56) & 0x0f));
  put(id, random >> 48);
  put(id, variant_bits | (slot >> 8));
  put(id, slot);
  for (int shift = 40; shift >= 0; shift -= 8)
    put(id, random >> shift);
  return id;
}

bool is_order_id(std::string_view id) noexcept {
  return id.size() == order_id_bytes && (byte_at(id, 6) & 0xf0) == version_bits
         && (byte_at(id, 8) & 0xc0) == variant_bits;
}

std::int64_t order_id_time_ms(std::string_view id) noexcept {
  std::int64_t time = 0;
  for (std::size_t i = 0; i < 6; ++i)
    time = time << 8 | byte_at(id, i);
  return time;
}

std::uint16_t order_id_slot(std::string_view id) noexcept {
  return static_cast<std::uint16_t>((byte_at(id, 8) & 0x3f) << 8 | byte_at(id, 9));
}

std::string order_id_text(std::string_view id) {
  const auto digits = runtime::to_hex(id);
  std::string text;
  text.reserve(text_bytes);
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (dash_before(i))
      text += '-';
    text.append(digits, 2 * i, 2);
  }
  return text;
}

std::string parse_order_id(std::string_view text) {
  if (text.size() != text_bytes)
    return {};
  std::string id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < order_id_bytes; ++i) {
    if (dash_before(i) && text[at++] != '-')
      return {};
    const int high = hex_value(text[at++]);
    const int low = hex_value(text[at++]);
    if (high < 0 || low < 0)
      return {};
    id += static_cast<char>(high << 4 | low);
  }
  return is_order_id(id) ? id : std::string{};
}

} // namespace orderd::actors
