// What happened to a node and its shards, from what its metrics say second by second: for a time line.
//
//   took_over, lost_the_lead, refuses, accepts, copies_missing, copies_back, quarantined, released,
//   clock_far, clock_near
//
// An event is seen with the next reading, so up to a second late, and what began and ended between two
// readings is not seen; how long a takeover took is measured where it happens (takeover_watch.hpp).
//
// Pure. *Concurrency*: none.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/node/node_reading.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::cluster {

class node_events {
public:
  /// What happened since the reading before.
  std::vector<v1::node_event> see(const node_reading& now);

private:
  /// What was last said of a shard.
  struct shard_said {
    std::uint64_t term = 0; ///< in which it was taken over; 0: this node does not lead it
    bool refuses = false;
    std::uint64_t missing_copies = 0;
    std::uint64_t quarantined = 0;
    bool clock_far = false;
  };

  void see_lead(const shard_reading& now, shard_said& said);
  void see_copies(const shard_reading& now, shard_said& said);
  void see_quarantine(const shard_reading& now, shard_said& said);
  void see_clock(const shard_reading& now, shard_said& said);
  v1::node_event& add(const char* what, std::uint64_t term, std::string text);

  std::vector<shard_said> said_;
  // Of the reading being seen:
  std::vector<v1::node_event> seen_;
  std::uint32_t shard_ = 0;
  std::int64_t at_ms_ = 0;
};

} // namespace orderd::cluster
