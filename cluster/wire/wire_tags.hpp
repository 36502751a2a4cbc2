// The tags of the fields that are written and read by hand, because a whole message would cost a copy: of the
// batches, and of the first fields of a request and a reply. Taken from the generated code, so that they are
// what actors/public/public.proto says.
#pragma once

#include "actors/public/public.pb.h"

#include <cstdint>

namespace orderd::cluster {

enum class wire_type : std::uint8_t { varint = 0, length_delimited = 2 };

/// A tag of one byte: that of a field whose number is below 16.
consteval std::uint8_t wire_tag(int field, wire_type type) {
  if (field < 1 || field > 15)
    throw "the tag of this field takes more than one byte";
  return static_cast<std::uint8_t>(field << 3 | static_cast<int>(type));
}

inline constexpr auto tag_of_requests =
    wire_tag(v1::request_batch::kRequestsFieldNumber, wire_type::length_delimited);
inline constexpr auto tag_of_timeout = wire_tag(v1::request::kTimeoutMsFieldNumber, wire_type::varint);
inline constexpr auto tag_of_replies =
    wire_tag(v1::reply_batch::kRepliesFieldNumber, wire_type::length_delimited);
inline constexpr auto tag_of_request_id = wire_tag(v1::reply::kRequestIdFieldNumber, wire_type::varint);

// What the wire looks like: frozen.
static_assert(tag_of_requests == 0x0a && tag_of_timeout == 0x08);
static_assert(tag_of_replies == 0x0a && tag_of_request_id == 0x08);

} // namespace orderd::cluster
