// The limits of the gRPC door, beside those of limits.hpp, each with its unit and reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace orderd::limits {

// What calls hold is counted in units. A unit is what an ordinary order and its answer need at most: 1 KiB of
// a request, or 16 KiB of a reply.

inline constexpr std::size_t grpc_unit_request_bytes = 1'024;
inline constexpr std::size_t grpc_unit_reply_bytes = 16u << 10;

/// Units that all calls of the door may hold: as many ordinary orders as the node lets one connection have
/// unanswered, or 128 MiB of the largest replies.
inline constexpr std::size_t grpc_units_max = 8'192;

/// Units of one stream: at 5 ms a commit enough for 200,000 orders a second.
inline constexpr std::size_t grpc_stream_units_max = 1'024;

/// What a stream may hold though others have taken nearly all.
inline constexpr std::size_t grpc_stream_units_granted = 16;

/// Open streams of the door: two for every process that a large shop runs.
inline constexpr std::size_t grpc_streams_max = 256;

/// Calls under way of one connection; more wait in their client.
inline constexpr int grpc_calls_per_connection_max = 256;

/// When a call is refused because the units are taken: some commits later.
inline constexpr std::uint32_t grpc_retry_after_ms = 50;

/// How long an answered call may be left unread: then it is cancelled, so that who does not read keeps
/// nobody's units.
inline constexpr std::uint32_t grpc_unread_ms_max = 5'000;

/// What the library may take for connections and messages that arrive. Near it connections are not read, and
/// new ones are closed.
inline constexpr std::size_t grpc_memory_bytes_max = 128u << 20;

/// Threads of the library for calls that block: only reflection does, one a call.
inline constexpr int grpc_threads_max = 8;

/// From connecting to the client's HTTP/2 preface: on loopback it takes no time.
inline constexpr int grpc_handshake_ms_max = 2'000;

/// A connection without calls is closed after so long; its client connects again when it has one.
inline constexpr int grpc_idle_ms_max = 300'000;

/// A connection ends after so long, and its calls that much later, so that a node that came back gets its
/// share of them.
inline constexpr int grpc_age_ms_max = 3'600'000;
inline constexpr int grpc_age_grace_ms = 60'000;

/// A connection on which nothing came for so long is probed, and closed without an answer by then.
inline constexpr int grpc_probe_ms = 20'000;
inline constexpr int grpc_probe_answer_ms_max = 5'000;

/// A client that probes more often than this, without calls, is told so and closed.
inline constexpr int grpc_client_probe_ms_min = 10'000;

/// The node answers within this, or the health service says that it does not serve.
inline constexpr std::uint32_t grpc_health_ms_max = 2'000;

/// Open files beside those that the gateway asked for, as far as the system allows: the library has no limit
/// of its connections.
inline constexpr std::size_t grpc_files = 4'096;

/// How long calls may take to end when the node stops: they are answered at once.
inline constexpr std::uint32_t grpc_stop_ms_max = 500;

} // namespace orderd::limits
