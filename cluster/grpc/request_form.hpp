// From the bytes of a message to a request, and from a reply to bytes. Fields are counted before anything is
// allocated, as on the wire (cluster/gateway/request_batch.hpp).
//
// Pure; any thread.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/grpc/methods.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// Reads the message of a method. `malformed`: not a protocol buffer, text that is not UTF-8, nested too
/// deep; `too_large`: more than limits::request_fields_max fields.
runtime::result<std::shared_ptr<v1::request>> read_request(std::string_view bytes, const grpc_method& method);

/// Reads a whole request, of a stream.
runtime::result<std::shared_ptr<v1::request>> read_request(std::string_view bytes);

/// The message that a method returns; none when the reply is another.
const google::protobuf::Message* returned(const v1::reply& what, const grpc_method& method);

/// A fault as a reply.
std::shared_ptr<const v1::reply> refused_by_door(v1::fault::kind code, const std::string& message,
                                                 std::uint32_t retry_after_ms = 0);

/// The same of what `read_request` says.
std::shared_ptr<const v1::reply> refused_by_door(const runtime::fault& why);

} // namespace orderd::cluster
