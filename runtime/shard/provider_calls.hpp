// Calls of a shard to the provider of payments, and what comes back: plain values.
#pragma once

#include "runtime/entity/entity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::runtime {

/// Shard -> provider worker: make these calls.
struct provider_calls {
  std::uint32_t shard = 0;
  struct entry {
    entity_id entity;
    provider_call call;
  };
  std::vector<entry> calls;
};

/// Provider worker -> shard: the answer of one call; none: not known.
struct provider_answer {
  entity_id entity;
  std::uint8_t step = 0;
  std::optional<std::string> answer;
};

} // namespace orderd::runtime
