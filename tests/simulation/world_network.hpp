// The links between simulated nodes: messages are late, lost, and stopped by links that are cut, one way or
// both. What reaches a node that is down is lost too.
#pragma once

#include "tests/simulation/chance.hpp"
#include "tests/simulation/world_schedule.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace orderd::simulation {

class world_network {
public:
  world_network(world_schedule& time, chance& random, std::int64_t round_trip_us = 0)
      : time_(time), random_(random), one_way_us_(round_trip_us / 2) {}

  /// Does it at `to` after a while, perhaps; behind what the link carries already, if `in_order`.
  void carry(std::uint32_t from, std::uint32_t to, bool in_order, std::function<void()> what);

  void cut(std::uint32_t from, std::uint32_t to) { cuts_.insert({from, to}); }
  void mend() { cuts_.clear(); }
  /// This share of the messages, in per cent, is lost.
  void lose(std::uint64_t share) { loss_ = share; }
  /// From now on nothing is lost or cut.
  void heal();

private:
  world_schedule& time_;
  chance& random_;
  std::int64_t one_way_us_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> links_; ///< when the last message is there
  std::set<std::pair<std::uint32_t, std::uint32_t>> cuts_;
  std::uint64_t loss_ = 0;
  bool healed_ = false;
};

} // namespace orderd::simulation
