#include "cluster/request_batch.hpp"

#include "config/limits.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <string>

namespace orderd::cluster {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

constexpr std::uint32_t tag_of_requests = 1 << 3 | WireFormatLite::WIRETYPE_LENGTH_DELIMITED;

CodedInputStream reader_of(std::string_view bytes) {
  return CodedInputStream{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size())};
}

bool is_nested(std::uint32_t tag) {
  return WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
}

bool is_group(std::uint32_t tag) {
  const auto type = WireFormatLite::GetTagWireType(tag);
  return type == WireFormatLite::WIRETYPE_START_GROUP || type == WireFormatLite::WIRETYPE_END_GROUP;
}

/// Takes a length and that many bytes off the stream.
bool take_nested(CodedInputStream& in, std::string_view all, std::string_view& taken) {
  std::uint32_t size = 0;
  if (!in.ReadVarint32(&size))
    return false;
  const auto at = static_cast<std::size_t>(in.CurrentPosition());
  if (size > all.size() - at)
    return false;
  taken = all.substr(at, size);
  return in.Skip(static_cast<int>(size));
}

/// Counts the fields of a message and, one level down, of what is nested in it, as if everything with a
/// length were a message: a parser allocates no more elements than that. False: not a message at all. Text
/// that is not a message counts for what could be read of it.
bool count_fields(std::string_view message, int levels, std::size_t& count) {
  auto in = reader_of(message);
  while (const auto tag = in.ReadTag()) {
    if (++count > limits::request_fields_max)
      return true;
    std::string_view nested;
    if (!is_nested(tag)) {
      if (is_group(tag) || !WireFormatLite::SkipField(&in, tag))
        return false;
    } else if (!take_nested(in, message, nested)) {
      return false;
    } else if (levels > 1) {
      count_fields(nested, levels - 1, count);
    }
  }
  return in.ConsumedEntireMessage();
}

} // namespace

result<void> split_requests(std::string_view payload, std::vector<std::string_view>& into) {
  into.clear();
  auto in = reader_of(payload);
  while (const auto tag = in.ReadTag()) {
    std::string_view one;
    const bool read = tag == tag_of_requests ? take_nested(in, payload, one)
                                             : !is_group(tag) && WireFormatLite::SkipField(&in, tag);
    if (!read)
      return fault{fault_code::malformed, "not a batch of requests"};
    if (tag != tag_of_requests)
      continue;
    if (into.size() == limits::requests_per_frame_max)
      return fault{fault_code::too_large,
                   "more than " + std::to_string(limits::requests_per_frame_max) + " requests in one frame"};
    into.push_back(one);
  }
  if (!in.ConsumedEntireMessage())
    return fault{fault_code::malformed, "not a batch of requests"};
  if (into.empty())
    return fault{fault_code::malformed, "a batch without requests"};
  return {};
}

result<const v1::request*> parse_request(std::string_view bytes, google::protobuf::Arena& arena) {
  std::size_t fields = 0;
  if (!count_fields(bytes, 2, fields))
    return fault{fault_code::malformed, "the request is not a protocol buffer"};
  if (fields > limits::request_fields_max)
    return fault{fault_code::too_large,
                 "the request has more than " + std::to_string(limits::request_fields_max) + " fields"};
  auto* made = google::protobuf::Arena::CreateMessage<v1::request>(&arena);
  auto in = reader_of(bytes);
  in.SetRecursionLimit(limits::message_nesting_max);
  if (!made->ParseFromCodedStream(&in))
    return fault{fault_code::malformed, "the request does not follow the schema, or its text is not UTF-8"};
  return made;
}

} // namespace orderd::cluster
