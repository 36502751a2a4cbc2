// With whom a node speaks: the nodes that the configuration store has, each with the disk that it has of it.
//
// Whoever reads the store says `know`; links and heartbeats ask `check` of everything that comes from
// outside, before anything is kept of it. So what a node keeps of others (leases, bytes not taken, metrics)
// is bounded by the membership, whatever numbers are made up (of a number that leaves it only its metrics
// stay), and an old disk or process counts for nothing. A disk that was announced a moment ago counts once
// the store has been read again.
//
// *Concurrency*: any thread.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/storage/commit_tracker.hpp"

#include <cstdint>
#include <map>
#include <mutex>

namespace orderd::cluster {

class known_nodes {
public:
  explicit known_nodes(std::uint32_t self) : self_(self) {}

  /// These there are, with the incarnation of the disk of each; nobody before the first call.
  void know(std::map<std::uint32_t, std::uint64_t> disks);

  /// Nothing if `who` is another node that is known, on the disk that is known; else why it is not spoken
  /// with
  /// (`unavailable`).
  runtime::result<void> check(const runtime::replica_id& who) const;

private:
  const std::uint32_t self_;
  mutable std::mutex mutex_;
  std::map<std::uint32_t, std::uint64_t> disks_;
};

} // namespace orderd::cluster
