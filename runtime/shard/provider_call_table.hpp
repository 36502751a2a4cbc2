// The provider calls of a shard that are not answered yet.
//
// Each is a row of table::call, and is made again after a restart until its answer is taken. A call that is
// made twice brings two answers: the first one counts, and the table tells them apart.
//
// Pure. *Concurrency*: none; owned by its shard. *Limits*: one entry a waiting call; admission bounds them,
// by the orders that are unsettled.
#pragma once

#include "runtime/shard/stored_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

namespace orderd::runtime {

class provider_call_table {
public:
  struct waiting_call {
    call_key key;
    unix_ms since_at = 0;    ///< when it was owed, or found at start
    std::uint64_t epoch = 0; ///< that owes it; 0: it was found at start
  };

  /// A call is owed, or was found at start. False: one of that step waits already, and has a row.
  bool add(const call_key& which, unix_ms now = 0, std::uint64_t epoch = 0) {
    return waiting_.insert_or_assign(which, owed{now, epoch}).second;
  }

  /// Those of one entity, by their step.
  std::vector<waiting_call> of(const entity_id& entity) const {
    std::vector<waiting_call> all;
    for (unsigned step = 0; step <= std::numeric_limits<std::uint8_t>::max(); ++step) {
      const call_key key{entity, static_cast<std::uint8_t>(step)};
      if (const auto found = waiting_.find(key); found != waiting_.end())
        all.push_back({key, found->second.since_at, found->second.epoch});
    }
    return all;
  }

  /// Its answer came. False: no such call waits, so the answer is a second one and is dropped.
  bool answered(const call_key& which) { return waiting_.erase(which) != 0; }

  std::size_t size() const noexcept { return waiting_.size(); }

private:
  struct key_hash {
    std::size_t operator()(const call_key& which) const noexcept {
      return entity_id_hash{}(which.entity) * 31 + which.step;
    }
  };
  struct owed {
    unix_ms since_at = 0;
    std::uint64_t epoch = 0;
  };
  std::unordered_map<call_key, owed, key_hash> waiting_;
};

} // namespace orderd::runtime
