// From the payload of a REQUESTS frame to requests, with every count checked before anything is allocated.
//
// A batch is cut into the bytes of its requests first, so that a request which cannot be read spoils none
// of its neighbours. Pure; safe from any thread.
#pragma once

#include "actors/public/public.pb.h"
#include "runtime/base/result.hpp"

#include <google/protobuf/arena.h>

#include <string_view>
#include <vector>

namespace orderd::cluster {

/// Replaces the content of `into` by the encoded requests of a v1::request_batch: views into `payload`.
/// Faults: `malformed` (not a batch, or none in it), `too_large` (more than limits::requests_per_frame_max).
runtime::result<void> split_requests(std::string_view payload, std::vector<std::string_view>& into);

/// Reads one request; it belongs to the arena. Faults: `malformed` (not a request, text that is not UTF-8,
/// nested deeper than limits::message_nesting_max), `too_large` (more than limits::request_fields_max).
runtime::result<const v1::request*> parse_request(std::string_view bytes, google::protobuf::Arena& arena);

} // namespace orderd::cluster
