// Up to which key the state store can have content rows: a key above it is new, and is not looked up.
//
// Content rows are written once, when their entity is created, under keys that rise with time. So nearly
// every new order has a key above all that are stored, and to look each of them up would be most reads of a
// shard.
//
//   if (horizon.is_above(key) && epochs.newest(key) == nullptr)   // nobody has ever written it
//     ...
//   horizon.written(key);           // in the open epoch
//   horizon.closed(number);         // that epoch is closed
//   horizon.applied(number);        // the state store has it
//
// The mark may be too high, which costs a read that finds nothing, but never too low: an order that exists
// would be taken for new, and be placed twice. So it is raised in the call that allows the overlay to forget
// the rows of the applied epochs; until then the overlay has them.
//
// Pure. *Concurrency*: none; owned by its shard. *Limits*: one key an epoch that is not applied.
#pragma once

#include "runtime/storage/row.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>

namespace orderd::runtime {

class content_horizon {
public:
  /// At start: the highest key of a content row in the state store.
  void start(const row_key& highest) { stored_ = written_ = highest; }

  /// At start, when that cannot be read: no key is above it from now on.
  void start_unknown() { start({table::content, std::string(row_key::key_bytes_max, '\xff')}); }

  /// Whether the state store cannot have that content row.
  bool is_above(const row_key& key) const noexcept { return key > stored_; }

  void written(const row_key& key) noexcept { written_ = std::max(written_, key); }
  void closed(std::uint64_t epoch) { marks_.push_back({epoch, written_}); }
  void applied(std::uint64_t epoch) {
    for (; !marks_.empty() && marks_.front().epoch <= epoch; marks_.pop_front())
      stored_ = marks_.front().highest;
  }

private:
  struct mark {
    std::uint64_t epoch = 0;
    row_key highest; ///< in that epoch and all before it
  };

  row_key stored_{table::content, ""};  ///< highest in the state store
  row_key written_{table::content, ""}; ///< highest in any epoch, the open one included
  std::deque<mark> marks_;              ///< of the closed epochs that are not applied
};

} // namespace orderd::runtime
