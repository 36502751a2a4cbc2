// The replies of one frame, parsed.
#pragma once

#include "actors/public/public.pb.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <cstddef>

namespace orderd::cluster {

/// In one piece of memory, which lives as long as one of them is used.
struct reply_frame {
  explicit reply_frame(std::size_t payload_bytes)
      : arena(arena_options(payload_bytes)),
        batch(google::protobuf::Arena::CreateMessage<v1::reply_batch>(&arena)) {}

  static google::protobuf::ArenaOptions arena_options(std::size_t payload_bytes) {
    google::protobuf::ArenaOptions options;
    options.start_block_size = std::clamp<std::size_t>(payload_bytes * 4, 512, 64u << 10);
    return options;
  }

  google::protobuf::Arena arena;
  v1::reply_batch* batch;
};

} // namespace orderd::cluster
