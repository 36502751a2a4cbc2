#include "runtime/shard/timers.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace orderd::runtime {

std::optional<timer_key> timers::start(const timer_key& key, std::string command) {
  auto replaced = stop(key.entity, key.name);
  const owner who{key.entity, key.name};
  by_entity_[who] = by_due_.emplace(key.due_at, pending{who, std::move(command)});
  return replaced;
}

std::optional<timer_key> timers::stop(const entity_id& entity, std::uint8_t name) {
  const auto found = by_entity_.find({entity, name});
  if (found == by_entity_.end())
    return std::nullopt;
  const timer_key row{found->second->first, entity, name};
  by_due_.erase(found->second);
  by_entity_.erase(found);
  return row;
}

std::optional<timers::due> timers::take_due(unix_ms now) {
  const auto first = by_due_.begin();
  if (first == by_due_.end() || first->first > now)
    return std::nullopt;
  auto& [due_at, what] = *first;
  due taken{{due_at, what.who.entity, what.who.name}, std::move(what.command)};
  by_entity_.erase(what.who);
  by_due_.erase(first);
  return taken;
}

std::vector<timers::due> timers::of(const entity_id& entity) const {
  std::vector<due> all;
  for (unsigned name = 0; name <= std::numeric_limits<std::uint8_t>::max(); ++name) {
    const owner who{entity, static_cast<std::uint8_t>(name)};
    if (const auto found = by_entity_.find(who); found != by_entity_.end())
      all.push_back({{found->second->first, entity, who.name}, found->second->second.command});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const due& a, const due& b) { return a.key.due_at < b.key.due_at; });
  return all;
}

} // namespace orderd::runtime
