// What the library gives and takes, as the door's own: the bytes of messages, and the trace of a call.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/api/trace_context.hpp"
#include "cluster/grpc/call_terms.hpp"

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// The bytes of a message that came, in one piece: a view into `holds`. Empty when the library cannot give
/// them, which no request is.
inline std::string_view bytes_of(const ::grpc::ByteBuffer& message, ::grpc::Slice& holds) {
  if (!message.TrySingleSlice(&holds).ok() && !message.DumpToSingleSlice(&holds).ok())
    return {};
  return {reinterpret_cast<const char*>(holds.begin()), holds.size()};
}

inline ::grpc::ByteBuffer buffer_of(const google::protobuf::MessageLite& message) {
  const ::grpc::Slice bytes{message.ByteSizeLong()};
  // Nobody else has it yet.
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(bytes.begin()));
  return {&bytes, 1};
}

/// The trace id that a call names; empty: none.
inline std::string trace_of(const ::grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find("traceparent");
  if (found == context.client_metadata().end())
    return {};
  return trace_id_of({found->second.data(), found->second.size()});
}

/// What an order says itself stays.
inline void set_trace(v1::request& what, const std::string& trace) {
  if (what.has_place_order() && what.place_order().trace_id().empty())
    what.mutable_place_order()->set_trace_id(trace);
}

} // namespace orderd::cluster
