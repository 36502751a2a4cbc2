// The datagrams of heartbeats, byte by byte. All numbers are big endian.
//
//   0         1    2      6             14        22      24
//   | version | kind | node | incarnation | sent at | count | count x (shard: 4, term: 8) | check: 8
//
// kind: 0 a heartbeat, 1 an acknowledgement. check: XXH3-64 of all before it, seeded by the cluster, so that
// nodes of different clusters do not hear each other. Pure.
#pragma once

#include "cluster/replication/lease_board.hpp"
#include "runtime/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// Bytes of the largest heartbeat, of limits::shards_max shards.
extern const std::size_t heartbeat_bytes_max;

/// What makes the heartbeats of a cluster its own.
std::uint64_t heartbeat_seed(std::string_view cluster_id);

/// Pre: at most limits::shards_max shards.
std::string encode_heartbeat(const heartbeat& what, std::uint64_t seed);

/// Faults: `unsupported_version`; `malformed` for a size or a kind that cannot be; `corrupt` for a wrong
/// check, as of another cluster's heartbeat.
runtime::result<heartbeat> decode_heartbeat(std::string_view bytes, std::uint64_t seed);

} // namespace orderd::cluster
