#include "cluster/wire/field_count.hpp"

#include <google/protobuf/wire_format_lite.h>

namespace orderd::cluster {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

namespace {

bool is_nested(std::uint32_t tag) {
  return WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
}

} // namespace

CodedInputStream reader_of(std::string_view bytes) {
  return CodedInputStream{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size())};
}

bool is_group(std::uint32_t tag) {
  const auto type = WireFormatLite::GetTagWireType(tag);
  return type == WireFormatLite::WIRETYPE_START_GROUP || type == WireFormatLite::WIRETYPE_END_GROUP;
}

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

bool count_fields(std::string_view message, int levels, std::size_t count_max, std::size_t& count) {
  auto in = reader_of(message);
  while (const auto tag = in.ReadTag()) {
    if (++count > count_max)
      return true;
    std::string_view nested;
    if (!is_nested(tag)) {
      if (is_group(tag) || !WireFormatLite::SkipField(&in, tag))
        return false;
    } else if (!take_nested(in, message, nested)) {
      return false;
    } else if (levels > 1) {
      count_fields(nested, levels - 1, count_max, count);
    }
  }
  return in.ConsumedEntireMessage();
}

} // namespace orderd::cluster
