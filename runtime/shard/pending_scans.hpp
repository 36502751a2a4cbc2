// Scanning queries (lists, exports) that wait until the state store has what they must see.
//
// A scan reads the state store alone, and its caller must find its own writes there. So it waits until every
// epoch with a row that was written before it came is applied. Answering a page takes milliseconds, for which
// every other input of the shard waits: so only a few are taken at a time.
//
// Pure; deadlines are on the monotone clock. *Concurrency*: none; owned by its shard.
// *Limits*: limits::waiting_scans_max; who comes when `is_full` is refused.
#pragma once

#include "config/limits.hpp"
#include "runtime/entity/request.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace orderd::runtime {

class pending_scans {
public:
  struct scan {
    std::uint64_t needs_epoch = 0; ///< applied
    caller from;
    std::int64_t deadline_at = 0;
    std::unique_ptr<const query> what;
  };

  bool empty() const noexcept { return waiting_.empty(); }
  bool is_full() const noexcept { return waiting_.size() >= limits::waiting_scans_max; }

  /// Pre: not `is_full`.
  void add(scan one) { waiting_.push_back(std::move(one)); }

  /// No row was written since that epoch: nobody waits for a later one, which may never come.
  void need_at_most(std::uint64_t epoch) noexcept {
    for (auto& each : waiting_)
      each.needs_epoch = std::min(each.needs_epoch, epoch);
  }

  /// Takes out the first `count_max` that may be answered when the state store has `applied`, as they came.
  std::vector<scan> take_due(std::uint64_t applied, std::size_t count_max) {
    const auto is_due = [&](const scan& each) { return each.needs_epoch <= applied; };
    if (std::none_of(waiting_.begin(), waiting_.end(), is_due))
      return {};
    std::vector<scan> due, rest;
    for (auto& each : waiting_)
      (is_due(each) && due.size() < count_max ? due : rest).push_back(std::move(each));
    waiting_ = std::move(rest);
    return due;
  }

  /// Takes out those whose deadline has passed.
  std::vector<caller> expire(std::int64_t now) {
    std::vector<caller> late;
    std::erase_if(waiting_, [&](const scan& each) {
      if (each.deadline_at > now)
        return false;
      late.push_back(each.from);
      return true;
    });
    return late;
  }

private:
  std::vector<scan> waiting_;
};

} // namespace orderd::runtime
