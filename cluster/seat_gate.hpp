// The door of a shard that this node leads: who waits for an answer, and which answers may go.
//
// An answer that was read from memory may be of a primary that no longer is one. So every answer is held
// until the leases are valid at a moment after it was made (invariants.md E2); while they are, that is at
// once. When the shard is lost, everyone who waits is told: each request gets exactly one answer (N4).
//
// Pure. *Limits*: as many requests as the credit windows of the connections allow.
#pragma once

#include "runtime/request.hpp"

#include <cstdint>
#include <unordered_set>
#include <utility>
#include <vector>

namespace orderd::cluster {

class seat_gate {
public:
  void asked(const std::vector<runtime::request>& batch) {
    for (const auto& each : batch)
      waiting_.insert(each.from);
  }

  /// Answers of the engine. Those that may go now, all held before included, when `may_answer`.
  std::vector<runtime::reply> answered(std::vector<runtime::reply> replies, bool may_answer) {
    for (auto& each : replies)
      if (waiting_.erase(each.to) > 0)
        held_.push_back(std::move(each));
    return may_answer ? std::exchange(held_, {}) : std::vector<runtime::reply>{};
  }

  /// The shard is lost: who waits, or whose answer is held.
  std::vector<runtime::caller> lose() {
    std::vector<runtime::caller> out{waiting_.begin(), waiting_.end()};
    for (const auto& each : held_)
      out.push_back(each.to);
    waiting_.clear();
    held_.clear();
    return out;
  }

  bool holds() const noexcept { return !held_.empty(); }

private:
  struct caller_hash {
    std::size_t operator()(const runtime::caller& who) const noexcept {
      return (who.connection * 0x9e3779b97f4a7c15ull) ^ (who.request_id * 0xff51afd7ed558ccdull);
    }
  };
  struct same_caller {
    bool operator()(const runtime::caller& a, const runtime::caller& b) const noexcept {
      return a.connection == b.connection && a.request_id == b.request_id;
    }
  };
  std::unordered_set<runtime::caller, caller_hash, same_caller> waiting_;
  std::vector<runtime::reply> held_;
};

} // namespace orderd::cluster
