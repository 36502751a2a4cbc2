// What a fault tells of the request that it answers: whether anything was done.
//
// Pure; PROTOCOL.md has the same as a table for people.
#pragma once

#include "actors/public/public.pb.h"

#include <cstdint>
#include <string_view>

namespace orderd::cluster {

enum class fault_meaning : std::uint8_t {
  nothing_done, ///< by this try: it was refused before it began
  not_known,    ///< it may take effect yet, or have taken it: ask again with the same id
  for_a_person, ///< what it asks for waits for a person; the message says what for
};

constexpr fault_meaning meaning_of(v1::fault::kind code) noexcept {
  switch (code) {
  case v1::fault::OVERLOADED:
  case v1::fault::UNAVAILABLE:
  case v1::fault::STORAGE_FULL:
  case v1::fault::MALFORMED:
  case v1::fault::TOO_LARGE:
  case v1::fault::UNSUPPORTED_VERSION:
  case v1::fault::CREDIT_EXCEEDED:
  case v1::fault::NOT_OWNER:
    return fault_meaning::nothing_done;
  case v1::fault::QUARANTINED:
  case v1::fault::CORRUPT:
    return fault_meaning::for_a_person;
  default:
    return fault_meaning::not_known; // those of later versions among them
  }
}

constexpr std::string_view name_of(fault_meaning what) noexcept {
  switch (what) {
  case fault_meaning::nothing_done:
    return "nothing_done";
  case fault_meaning::for_a_person:
    return "for_a_person";
  case fault_meaning::not_known:
    break;
  }
  return "not_known";
}

/// Whether the node began the request and then lost the lead of its shard: whoever leads now answers the
/// same request, with the same id.
inline bool lost_the_lead(const v1::fault& why) {
  return why.code() == v1::fault::TIMEOUT && why.retry_after_ms() > 0;
}

} // namespace orderd::cluster
