// The fields of a protocol buffer, one by one, with nothing made of them.
//
// Pure. For bytes that are read often, or that must be counted before anything is allocated for them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace orderd::runtime {

/// One field: its number in the schema, and what it holds.
struct wire_field {
  enum class form : std::uint8_t { number = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
  std::uint32_t number = 0;
  form as = form::number;
  std::uint64_t value = 0;  ///< of all forms but bytes
  std::string_view content; ///< of bytes: a view into the message
};

namespace wire {

inline bool take_varint(std::string_view& from, std::uint64_t& out) {
  out = 0;
  for (std::size_t i = 0; i < from.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(from[i]);
    out |= std::uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) {
      from.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

template <class Integer>
bool take_fixed(std::string_view& from, std::uint64_t& out) {
  static_assert(std::endian::native == std::endian::little);
  Integer read = 0;
  if (from.size() < sizeof read)
    return false;
  std::memcpy(&read, from.data(), sizeof read);
  from.remove_prefix(sizeof read);
  out = read;
  return true;
}

inline bool take_field(std::string_view& from, wire_field& out) {
  std::uint64_t tag = 0;
  if (!take_varint(from, tag) || tag > 0xffff'ffff || tag >> 3 == 0)
    return false;
  out.number = static_cast<std::uint32_t>(tag >> 3);
  out.as = static_cast<wire_field::form>(tag & 7);
  switch (out.as) {
  case wire_field::form::number:
    return take_varint(from, out.value);
  case wire_field::form::fixed64:
    return take_fixed<std::uint64_t>(from, out.value);
  case wire_field::form::fixed32:
    return take_fixed<std::uint32_t>(from, out.value);
  case wire_field::form::bytes:
    if (!take_varint(from, out.value) || out.value > from.size())
      return false;
    out.content = from.substr(0, out.value);
    from.remove_prefix(out.value);
    return true;
  }
  return false; // a group, which nothing of ours has
}

} // namespace wire

/// Calls `visit(field)` with each field until one says false. Whether all were read and said true.
template <class Visit>
bool visit_fields(std::string_view message, Visit&& visit) {
  wire_field field;
  while (!message.empty())
    if (!wire::take_field(message, field) || !visit(field))
      return false;
  return true;
}

} // namespace orderd::runtime
