// How the node's actor answers when it has nothing good to say.
#pragma once

#include "actors/public/replies.hpp"
#include "runtime/base/result.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <string>

namespace orderd::cluster {

inline runtime::gateway_replies refusal(runtime::caller to, const runtime::fault& why) {
  return runtime::one_reply(to, actors::fault_body(why));
}

/// Of an actor that was asked: "a shard does not answer".
inline runtime::fault no_answer(const std::string& who, const caf::error& why) {
  if (why == caf::sec::request_timeout)
    return {runtime::fault_code::timeout, who + " in time; ask again"};
  return {runtime::fault_code::unavailable, who + ": " + caf::to_string(why)};
}

} // namespace orderd::cluster
