#include "cluster/grpc/refusal_status.hpp"

namespace orderd::cluster {

using ::grpc::StatusCode;

StatusCode status_of(v1::rejection::kind code) noexcept {
  switch (code) {
  case v1::rejection::CONFLICT:
    return StatusCode::ALREADY_EXISTS;
  case v1::rejection::INVALID_FIELD:
    return StatusCode::INVALID_ARGUMENT;
  case v1::rejection::NOT_FOUND:
    return StatusCode::NOT_FOUND;
  default:
    return StatusCode::FAILED_PRECONDITION; // those of later versions too: the business says no
  }
}

StatusCode status_of(v1::fault::kind code) noexcept {
  switch (code) {
  case v1::fault::OVERLOADED:
  case v1::fault::STORAGE_FULL:
  case v1::fault::CREDIT_EXCEEDED:
    return StatusCode::RESOURCE_EXHAUSTED;
  case v1::fault::TIMEOUT:
    return StatusCode::DEADLINE_EXCEEDED;
  case v1::fault::UNAVAILABLE:
  case v1::fault::NOT_OWNER:
  case v1::fault::SHUTTING_DOWN:
    return StatusCode::UNAVAILABLE;
  case v1::fault::QUARANTINED:
    return StatusCode::FAILED_PRECONDITION;
  case v1::fault::CORRUPT:
    return StatusCode::DATA_LOSS;
  case v1::fault::MALFORMED:
  case v1::fault::TOO_LARGE:
    return StatusCode::INVALID_ARGUMENT;
  case v1::fault::UNSUPPORTED_VERSION:
    return StatusCode::UNIMPLEMENTED;
  case v1::fault::INTERNAL:
    return StatusCode::INTERNAL;
  default:
    return StatusCode::UNKNOWN;
  }
}

StatusCode status_of(const v1::reply& what) noexcept {
  if (what.has_rejection())
    return status_of(what.rejection().code());
  return what.has_fault() ? status_of(what.fault().code()) : StatusCode::OK;
}

std::string_view name_of(StatusCode code) noexcept {
  constexpr std::string_view names[] = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const auto number = static_cast<std::size_t>(code);
  return number < std::size(names) ? names[number] : "UNKNOWN";
}

namespace {

/// The name of an enumerator, and the sentence.
template <class Refusal>
std::string readable(const std::string& name, const Refusal& why) {
  return (name.empty() ? std::to_string(why.code()) : name) + ": " + why.message();
}

} // namespace

refusal_status refusal_status_of(const v1::reply& what) {
  if (what.has_rejection()) {
    const auto& why = what.rejection();
    return {status_of(why.code()), readable(v1::rejection::kind_Name(why.code()), why), rejection_metadata,
            why.SerializeAsString(), 0};
  }
  const auto& why = what.fault();
  return {status_of(why.code()), readable(v1::fault::kind_Name(why.code()), why), fault_metadata,
          why.SerializeAsString(), why.retry_after_ms()};
}

} // namespace orderd::cluster
