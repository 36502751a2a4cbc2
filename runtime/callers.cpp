#include "runtime/callers.hpp"

#include <utility>

namespace orderd::runtime {

void callers::wait(const entity_id& entity, const caller& who, std::int64_t deadline_at) {
  by_entity_[entity].push_back({who, deadline_at});
  new_.push_back({deadline_at, entity});
  ++waiting_;
}

std::vector<caller> callers::announce(const entity_id& entity) {
  std::vector<caller> taken;
  const auto found = by_entity_.find(entity);
  if (found == by_entity_.end())
    return taken;
  for (const auto& each : found->second)
    taken.push_back(each.who);
  by_entity_.erase(found);
  waiting_ -= taken.size();
  return taken;
}

void callers::watch_new() {
  for (auto& each : new_)
    if (by_entity_.contains(each.entity))
      alarms_.push(each);
  new_.clear();
  if (alarms_.size() > 2 * waiting_ + stale_alarms_max)
    forget_answered();
}

void callers::forget_answered() {
  std::vector<alarm> awaited;
  for (const auto& [entity, waiting] : by_entity_)
    for (const auto& each : waiting)
      awaited.push_back({each.deadline_at, entity});
  alarms_ = decltype(alarms_){std::greater<>{}, std::move(awaited)};
}

std::vector<caller> callers::take_late(std::int64_t now) {
  std::vector<caller> late;
  while (!alarms_.empty() && alarms_.top().deadline_at <= now) {
    const auto found = by_entity_.find(alarms_.top().entity);
    alarms_.pop();
    if (found == by_entity_.end())
      continue;
    auto& waiting = found->second;
    for (auto each = waiting.begin(); each != waiting.end();) {
      if (each->deadline_at > now) {
        ++each;
        continue;
      }
      late.push_back(each->who);
      each = waiting.erase(each);
    }
    if (waiting.empty())
      by_entity_.erase(found);
  }
  waiting_ -= late.size();
  return late;
}

} // namespace orderd::runtime
