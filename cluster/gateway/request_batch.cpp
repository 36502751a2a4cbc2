#include "cluster/gateway/request_batch.hpp"

#include "cluster/wire/field_count.hpp"
#include "cluster/wire/wire_tags.hpp"
#include "config/limits.hpp"

#include <google/protobuf/wire_format_lite.h>

#include <string>

namespace orderd::cluster {

using google::protobuf::internal::WireFormatLite;
using runtime::fault;
using runtime::fault_code;
using runtime::result;

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
  if (!count_fields(bytes, 2, limits::request_fields_max, fields))
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
