#include "cluster/explain/order_facts.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace orderd::cluster {

const v1::entity_explanation* order_facts::find(std::string_view kind, std::string_view key) const {
  const auto found = std::find_if(others_.begin(), others_.end(),
                                  [&](const auto& each) { return each.kind() == kind && each.key() == key; });
  return found == others_.end() ? nullptr : &*found;
}

std::vector<std::string> order_facts::skus(line_state state) const {
  std::vector<std::string> all;
  std::unordered_set<std::string_view> seen;
  const auto& states = self_.line_states();
  for (int i = 0; i < order().lines_size() && static_cast<std::size_t>(i) < states.size(); ++i) {
    const auto& sku = order().lines(i).sku();
    if (states[static_cast<std::size_t>(i)] == state && seen.insert(sku).second)
      all.push_back(sku);
  }
  return all;
}

std::size_t order_facts::skus() const {
  std::vector<std::string_view> all;
  for (const auto& line : order().lines())
    all.push_back(line.sku());
  std::sort(all.begin(), all.end());
  return static_cast<std::size_t>(std::unique(all.begin(), all.end()) - all.begin());
}

int order_facts::lines(line_state state) const {
  const auto& states = self_.line_states();
  return static_cast<int>(std::count(states.begin(), states.end(), state));
}

std::optional<std::int64_t> order_facts::began_at(int place) const {
  if (place == 0)
    return order().placed_at_ms();
  if (place < 0 || order().history_at_ms_size() != order().history_size())
    return std::nullopt;
  return order().history_at_ms(place);
}

std::optional<std::int64_t> order_facts::took_ms() const {
  for (int i = 0; i < order().history_size(); ++i)
    if (is_settled(static_cast<v1::order_status>(order().history(i))))
      if (const auto at = began_at(i))
        return *at - order().placed_at_ms();
  return std::nullopt;
}

std::optional<std::int64_t> order_facts::deadline_at() const {
  return due_at(self_, "expire_order");
}

std::optional<std::int64_t> due_at(const v1::entity_explanation& of, std::string_view command) {
  for (const auto& timer : of.timers())
    if (timer.command() == command)
      return timer.due_at_ms();
  return std::nullopt;
}

bool is_settled(v1::order_status status) noexcept {
  return status == v1::CONFIRMED || status == v1::REJECTED || status == v1::CANCELLED;
}

} // namespace orderd::cluster
