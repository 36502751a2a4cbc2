#include "runtime/shard/unsettled.hpp"

#include <algorithm>
#include <limits>

namespace orderd::runtime {

unsettled::unsettled(std::size_t expected, const std::vector<std::string_view>& stages) {
  open_.reserve(expected);
  for (const auto name : stages)
    stages_.emplace_back(stage{name, {}});
}

void unsettled::open(const entity_id& id, unix_ms since_at, const standing& how) {
  settle(id);
  const auto [made, fresh] = open_.try_emplace(id);
  auto& who = made->second;
  who.in = &stage_of(how.stage);
  // Nearly always the youngest of all, which a set takes at its end without a search.
  who.at = who.in->members.insert(who.in->members.end(), {since_at, ++opened_, &made->first});
  doubt(who, how.in_doubt);
}

void unsettled::restore(std::vector<std::pair<unix_ms, entity_id>> found) {
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [since_at, id] : found)
    open(id, since_at, {recovered});
}

void unsettled::change(const entity_id& id, const standing& how) {
  const auto found = open_.find(id);
  if (found == open_.end())
    return;
  auto& who = found->second;
  if (auto& next = stage_of(how.stage); &next != who.in) {
    who.at = next.members.insert(next.members.end(), who.in->members.extract(who.at));
    who.in = &next;
  }
  forget_doubt(who);
  doubt(who, how.in_doubt);
}

void unsettled::settle(const entity_id& id) {
  const auto found = open_.find(id);
  if (found == open_.end())
    return;
  forget_doubt(found->second);
  found->second.in->members.erase(found->second.at);
  open_.erase(found);
}

std::optional<unix_ms> unsettled::oldest_since() const {
  std::optional<unix_ms> oldest;
  for (const auto& each : stages_)
    if (!each.members.empty())
      oldest = std::min(oldest.value_or(each.members.begin()->since_at), each.members.begin()->since_at);
  return oldest;
}

std::vector<unsettled::stage_view> unsettled::stages() const {
  std::vector<stage_view> all;
  for (const auto& each : stages_) {
    all.push_back({each.name, each.members.size(), std::nullopt});
    if (!each.members.empty())
      all.back().oldest_since = each.members.begin()->since_at;
  }
  return all;
}

std::vector<unsettled::doubt_view> unsettled::in_doubt() const {
  std::vector<doubt_view> all;
  for (const auto& [unit, total] : doubts_)
    all.push_back(
        {unit, total.members.size(),
         static_cast<std::int64_t>(std::min<wide>(total.amount, std::numeric_limits<std::int64_t>::max())),
         total.members.begin()->first});
  return all;
}

std::vector<entity_id> unsettled::not_looked_at(std::size_t count_max) const {
  std::vector<entity_id> some;
  for (const auto& each : stages_)
    if (each.name == recovered)
      for (auto at = each.members.begin(); at != each.members.end() && some.size() < count_max; ++at)
        some.push_back(*at->id);
  return some;
}

unsettled::stage& unsettled::stage_of(std::string_view name) {
  for (auto& each : stages_)
    if (each.name == name)
      return each;
  return stages_.emplace_back(stage{name, {}});
}

void unsettled::doubt(const entry& who, const standing::doubt& what) {
  if (what.unit.empty())
    return;
  doubted_.emplace(who.at->number, what);
  auto& total = doubts_[what.unit];
  total.amount += what.amount;
  total.members.emplace(who.at->since_at, who.at->number);
}

void unsettled::forget_doubt(const entry& who) {
  if (doubted_.empty())
    return;
  const auto found = doubted_.find(who.at->number);
  if (found == doubted_.end())
    return;
  const auto total = doubts_.find(found->second.unit);
  total->second.amount -= found->second.amount;
  total->second.members.erase({who.at->since_at, who.at->number});
  if (total->second.members.empty())
    doubts_.erase(total);
  doubted_.erase(found);
}

} // namespace orderd::runtime
