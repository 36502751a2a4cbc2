// The bytes of the last epochs that were sent: they go to every follower alike, and are encoded once.
//
// Pure. One thread at a time.
#pragma once

#include "cluster/replication/peer_message.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace orderd::cluster {

class append_cache {
public:
  using bytes = std::shared_ptr<const std::string>;

  /// The bytes of that very message; null when they are not here. What a term sends again in the next is the
  /// same epochs in another message.
  bytes find(const append& what) const {
    const bool same = !what.epochs.empty() && term_ == what.term && committed_ == what.committed
                      && first_ == what.epochs.front() && last_ == what.epochs.back();
    return same ? bytes_ : nullptr;
  }
  void keep(const append& what, bytes encoded) {
    if (what.epochs.empty())
      return;
    term_ = what.term;
    committed_ = what.committed;
    first_ = what.epochs.front();
    last_ = what.epochs.back();
    bytes_ = std::move(encoded);
  }

private:
  std::uint64_t term_ = 0;
  std::uint64_t committed_ = 0;
  runtime::epoch_ptr first_;
  runtime::epoch_ptr last_;
  bytes bytes_;
};

} // namespace orderd::cluster
