// What shards say to each other. On one node as messages (messages.hpp), between nodes in frames.
#pragma once

#include "runtime/entity/entity.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace orderd::runtime {

/// One command on a channel.
struct channel_command {
  std::uint64_t sequence = 0;
  entity_id to;
  std::shared_ptr<const std::string> stored; ///< business::decode_command reads it
};

/// Shard -> shard: commands of the channel from `source`, in order of their sequence.
struct channel_commands {
  std::uint32_t source = 0;
  std::vector<channel_command> commands;
};

/// Shard -> shard: your commands up to this sequence are committed here.
struct channel_acknowledged {
  std::uint32_t destination = 0; ///< the shard that applied them
  std::uint64_t upto = 0;
  bool started = false; ///< it has just started: what is later may be lost, and is to be sent again
};

} // namespace orderd::runtime
