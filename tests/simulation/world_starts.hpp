// What a start makes of a replica's disk in the world, as orderd does: by start_verdict.hpp. A disk that may
// not go on is one that was lost: an operator says so.
#pragma once

#include "cluster/start/start_verdict.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/world_disk.hpp"

namespace orderd::simulation {

/// `known`: what the store has of the node; counts the start, on the disk and there.
inline void count_start(std::uint32_t node, world_disk& disk, cluster::known_disks& known,
                        const cluster::versioned_assignment& there, std::size_t minimum, counters& happened) {
  cluster::start_question asked{node, {disk.identity}, known, {}, minimum};
  if (there.version != 0)
    asked.shards[0] = there.what;
  auto decided = cluster::judge_start(asked);
  if (!decided.may_start()) {
    happened.count("disk replaced by an operator");
    asked.replace = true;
    decided = cluster::judge_start(asked);
  }
  if (decided.outcome == cluster::start_outcome::begins
      || decided.outcome == cluster::start_outcome::begins_anew) {
    disk = world_disk{};
    if (known.node.disk.incarnation != 0)
      happened.count("new incarnation");
  }
  known = cluster::with_disk(known, decided.now, 0);
  disk.identity = decided.now;
}

} // namespace orderd::simulation
