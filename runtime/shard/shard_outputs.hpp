// What leaves a shard: plain values.
#pragma once

#include "runtime/entity/channel_messages.hpp"
#include "runtime/entity/request.hpp"
#include "runtime/shard/provider_calls.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace orderd::runtime {

/// What leaves a shard once the epoch that owes it is committed.
struct shard_outputs {
  std::vector<reply> replies;
  std::map<std::uint32_t, std::vector<channel_command>> commands; ///< by destination shard
  std::map<std::uint32_t, std::uint64_t> acknowledgements;        ///< by source shard: taken up to
  bool started = false; ///< the first of a shard: other shards are asked to send again what it has not
  std::vector<provider_calls::entry> calls;

  bool empty() const noexcept {
    return replies.empty() && commands.empty() && acknowledgements.empty() && calls.empty();
  }
};

} // namespace orderd::runtime
