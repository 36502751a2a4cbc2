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
#include <unordered_set>

namespace orderd::runtime {

class provider_call_table {
public:
  /// A call is owed, or was found at start. False: one of that step waits already, and has a row.
  bool add(const call_key& which) { return waiting_.insert(which).second; }

  /// Its answer came. False: no such call waits, so the answer is a second one and is dropped.
  bool answered(const call_key& which) { return waiting_.erase(which) != 0; }

  std::size_t size() const noexcept { return waiting_.size(); }

private:
  struct key_hash {
    std::size_t operator()(const call_key& which) const noexcept {
      return entity_id_hash{}(which.entity) * 31 + which.step;
    }
  };
  std::unordered_set<call_key, key_hash> waiting_;
};

} // namespace orderd::runtime
