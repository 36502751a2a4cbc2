#include "runtime/shard/waiters.hpp"

#include <algorithm>
#include <utility>

namespace orderd::runtime {

void waiters::wait(const entity_id& entity, const caller& who, std::int64_t deadline_at) {
  by_entity_[entity].push_back({who, ++last_wait_});
  new_.push_back({deadline_at, last_wait_, entity});
  ++waiting_;
}

std::vector<caller> waiters::resolve(const entity_id& entity) {
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

void waiters::watch_new() {
  for (auto& each : new_)
    if (is_awaited(each)) {
      alarms_[each.deadline_at / bucket_ms].push_back(each);
      ++watched_;
    }
  new_.clear();
  if (watched_ > 2 * waiting_ + stale_alarms_max)
    forget_some_answered();
}

/// Of the next bucket, and goes round. A bucket takes as long to go through as it took to fill, or less.
void waiters::forget_some_answered() {
  auto next = alarms_.lower_bound(forgotten_to_);
  if (next == alarms_.end())
    next = alarms_.begin();
  auto& bucket = next->second;
  watched_ -= std::erase_if(bucket, [this](const alarm& each) { return !is_awaited(each); });
  forgotten_to_ = next->first + 1;
  if (bucket.empty())
    alarms_.erase(next);
}

std::vector<caller> waiters::expire(std::int64_t now) {
  std::vector<caller> late;
  while (!alarms_.empty() && alarms_.begin()->first <= now / bucket_ms) {
    auto rung = std::move(alarms_.begin()->second);
    alarms_.erase(alarms_.begin());
    std::stable_sort(rung.begin(), rung.end(),
                     [](const alarm& a, const alarm& b) { return a.deadline_at < b.deadline_at; });
    const auto later =
        std::find_if(rung.begin(), rung.end(), [now](const alarm& each) { return each.deadline_at > now; });
    watched_ -= static_cast<std::size_t>(later - rung.begin());
    std::for_each(rung.begin(), later, [&](const alarm& each) { ring(each, late); });
    if (later == rung.end())
      continue;
    rung.erase(rung.begin(), later);
    alarms_.emplace(now / bucket_ms, std::move(rung));
    break;
  }
  waiting_ -= late.size();
  return late;
}

void waiters::ring(const alarm& what, std::vector<caller>& late) {
  const auto found = by_entity_.find(what.entity);
  if (found == by_entity_.end())
    return;
  auto& waiting = found->second;
  const auto one =
      std::find_if(waiting.begin(), waiting.end(), [&](const entry& each) { return each.wait == what.wait; });
  if (one == waiting.end())
    return;
  late.push_back(one->who);
  waiting.erase(one);
  if (waiting.empty())
    by_entity_.erase(found);
}

/// Else it was answered before its deadline.
bool waiters::is_awaited(const alarm& what) const {
  const auto found = by_entity_.find(what.entity);
  return found != by_entity_.end()
         && std::any_of(found->second.begin(), found->second.end(),
                        [&](const entry& each) { return each.wait == what.wait; });
}

} // namespace orderd::runtime
