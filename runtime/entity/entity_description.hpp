// What the engine knows of one entity at one moment, for operators: plain values.
#pragma once

#include "runtime/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::runtime {

/// It failed and waits: for its next try, or for a person.
struct entity_trouble {
  static constexpr std::size_t parked_names_max = 20;

  std::string command; ///< that fails
  std::string error;   ///< the last; empty: not known, since the node started when it waited already
  std::uint32_t failures = 0;
  std::optional<unix_ms> since_at;       ///< the first of these failures, or the quarantine; none: not known
  std::optional<unix_ms> retry_at;       ///< none: it is quarantined
  std::size_t parked = 0;                ///< commands that wait, the failing one included
  std::vector<std::string> parked_names; ///< of the first of them

  bool is_quarantined() const noexcept { return !retry_at; }
};

struct entity_timer {
  std::string command; ///< that it will be told
  unix_ms due_at = 0;
};

/// A call to the provider that is not answered.
struct entity_call {
  std::string idempotency_key;
  bool left = false;    ///< its epoch is committed, and it was given to whoever makes the calls
  unix_ms since_at = 0; ///< when it was asked for, or when the shard started
};

/// Points in time are the shard's.
struct entity_description {
  std::uint32_t shard = 0;
  std::uint64_t term = 0;
  unix_ms now = 0;
  bool resident = false; ///< in memory
  std::optional<entity_trouble> trouble;
  std::vector<entity_timer> timers; ///< the earliest first
  std::vector<entity_call> calls;
};

} // namespace orderd::runtime
