// The way in and out of a shard that this node leads: who waits for an answer, and which answers may go.
//
// An answer that was read from memory may be of a primary that no longer is one. So every answer is held
// until the leases are valid at a moment after it was made (invariants.md E2); while they are, that is at
// once. Faults that rest on nothing stored (time is up, overloaded) need no lease. When the shard is lost,
// everyone who waits is told, and so is, at its deadline, whoever still waits then, be it for a commit or for
// the leases: each request gets exactly one answer in time (N4).
//
// Pure. *Limits*: as many requests as the credit windows of the connections allow.
#pragma once

#include "runtime/entity/request.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::cluster {

class lease_gate {
public:
  void asked(const std::vector<runtime::request>& batch) {
    for (const auto& each : batch)
      wait(each.from, each.deadline_at);
  }

  /// Answers of the engine. Those that may go now, all held before included, when `may_answer`.
  std::vector<runtime::reply> answered(std::vector<runtime::reply> replies, bool may_answer) {
    std::vector<runtime::reply> going;
    if (may_answer)
      for (auto& each : std::exchange(held_, {}))
        going.push_back(std::move(each.what));
    for (auto& each : replies) {
      const auto found = waiting_.find(each.to);
      if (found == waiting_.end())
        continue;
      if (may_answer || each.rests_on_nothing)
        going.push_back(std::move(each));
      else
        held_.push_back({std::move(each), found->second});
      waiting_.erase(found);
    }
    return going;
  }

  /// Those whose deadline has passed: their answer is not here, or may not go. Call often; cheap when nobody
  /// is late.
  std::vector<runtime::caller> expire(std::int64_t now) {
    std::vector<runtime::caller> late;
    if (now < earliest_)
      return late;
    earliest_ = nobody;
    std::erase_if(waiting_, [&](const auto& each) { return is_late(each.first, each.second, now, late); });
    std::erase_if(held_,
                  [&](const held& each) { return is_late(each.what.to, each.deadline_at, now, late); });
    return late;
  }

  /// The shard is lost: who waits, or whose answer is held.
  std::vector<runtime::caller> lose() {
    std::vector<runtime::caller> out;
    for (const auto& [who, deadline_at] : waiting_)
      out.push_back(who);
    for (const auto& each : held_)
      out.push_back(each.what.to);
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
  struct held {
    runtime::reply what;
    std::int64_t deadline_at = 0;
  };
  static constexpr auto nobody = std::numeric_limits<std::int64_t>::max();

  void wait(const runtime::caller& who, std::int64_t deadline_at) {
    waiting_[who] = deadline_at;
    earliest_ = std::min(earliest_, deadline_at);
  }
  bool is_late(const runtime::caller& who, std::int64_t deadline_at, std::int64_t now,
               std::vector<runtime::caller>& late) {
    if (deadline_at <= now)
      late.push_back(who);
    else
      earliest_ = std::min(earliest_, deadline_at);
    return deadline_at <= now;
  }

  std::unordered_map<runtime::caller, std::int64_t, caller_hash, same_caller>
      waiting_; ///< and their deadlines
  std::vector<held> held_;
  std::int64_t earliest_ = nobody; ///< no deadline of theirs is before it
};

} // namespace orderd::cluster
