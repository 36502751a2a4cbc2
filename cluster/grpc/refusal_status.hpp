// A refusal as a gRPC status. The table is in the room's README, and a test holds the two to each other.
//
// Pure; any thread.
#pragma once

#include "actors/public/public.pb.h"

#include <grpcpp/support/status_code_enum.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::cluster {

::grpc::StatusCode status_of(v1::rejection::kind code) noexcept;
::grpc::StatusCode status_of(v1::fault::kind code) noexcept;

/// Of a reply: OK unless it is a rejection or a fault.
::grpc::StatusCode status_of(const v1::reply& what) noexcept;

/// "ALREADY_EXISTS".
std::string_view name_of(::grpc::StatusCode code) noexcept;

/// The names of what a call that is refused says beside its status.
inline constexpr const char* rejection_metadata = "orderd-rejection-bin";
inline constexpr const char* fault_metadata = "orderd-fault-bin";
/// Of gRPC: clients with a retry policy wait for so long.
inline constexpr const char* retry_metadata = "grpc-retry-pushback-ms";

struct refusal_status {
  ::grpc::StatusCode code = ::grpc::StatusCode::UNKNOWN;
  std::string message;              ///< "CONFLICT: ..."
  const char* metadata = nullptr;   ///< the name of `details`
  std::string details;              ///< the serialized rejection or fault
  std::uint32_t retry_after_ms = 0; ///< 0: the fault names no time
};

/// Pre: it is a rejection or a fault.
refusal_status refusal_status_of(const v1::reply& what);

} // namespace orderd::cluster
