// Which epochs are committed: those that every member of the in-sync set has made durable.
//
// Pure. On one node the set has one member. The rule for changing the set while epochs are under way is
// invariants.md C; a set under change is the union of the old and the proposed one.
#pragma once

#include "runtime/base/result.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace orderd::runtime {

/// Names a replica: a node and the incarnation of its disk.
struct replica_id {
  std::uint32_t node = 0;
  std::uint64_t incarnation = 0;
  friend auto operator<=>(const replica_id&, const replica_id&) = default;
};

class commit_tracker {
public:
  /// `durable`: what the first member holds already; all of it counts as committed.
  commit_tracker(replica_id self, std::uint64_t durable) : durable_{{self, durable}}, committed_(durable) {}

  /// A member has everything up to `epoch` on its disk. Others are ignored: their acknowledgements never
  /// count (C6).
  void acknowledge(const replica_id& who, std::uint64_t epoch) {
    const auto member = durable_.find(who);
    if (member == durable_.end())
      return;
    member->second = std::max(member->second, epoch);
    auto smallest = member->second;
    for (const auto& [id, upto] : durable_)
      smallest = std::min(smallest, upto);
    committed_ = std::max(committed_, smallest);
  }

  /// Never falls.
  std::uint64_t committed() const noexcept { return committed_; }

private:
  std::map<replica_id, std::uint64_t> durable_;
  std::uint64_t committed_ = 0;
};

} // namespace orderd::runtime
