// How a shard is, for operators and metrics: plain values.
#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/long_turns.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::runtime {

/// A copy of a shard that is not in sync, or whose node is not heard.
struct missed_copy {
  std::uint32_t node = 0;
  bool heard = false;
  std::optional<std::chrono::milliseconds> silent_for; ///< none: heard, or never since this node started
};

/// Shard -> node: the answer to describe_shard.
struct shard_description {
  std::uint32_t shard = 0;
  std::uint64_t term = 0;
  std::uint64_t committed_epoch = 0;
  std::uint64_t applied_epoch = 0;
  std::uint64_t live_entities = 0;
  std::uint64_t unsettled = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t channel_backlog = 0;
  std::uint64_t unapplied_bytes = 0;
  unix_ms time_ms = 0; ///< the shard's; where it is not led, of the last epoch there
  std::vector<long_turn> longest_turns;
  std::vector<missed_copy> missed = {}; ///< of a shard with copies on other nodes; its replica fills it in
  std::string refusing_because = {};    ///< why nothing new is begun here; empty: it is, or elsewhere
};

} // namespace orderd::runtime
