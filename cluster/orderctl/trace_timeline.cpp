#include "cluster/orderctl/trace_timeline.hpp"

#include "actors/rules/order_id.hpp"
#include "cluster/json/json_forms.hpp"
#include "runtime/base/log_line.hpp"

#include <algorithm>
#include <tuple>

namespace orderd::cluster {

namespace {

std::string status_text(const v1::order& order, int index) {
  auto text = status_name(static_cast<v1::order_status>(order.history(index)));
  if (index + 1 == order.history_size() && order.reason() != v1::NO_REASON)
    text += " (" + reason_name(order.reason()) + ")";
  return text;
}

std::string action_text(const v1::operator_action& action) {
  return action.what() + (action.by().empty() ? "" : " by " + action.by())
         + (action.why().empty() ? "" : ": " + action.why());
}

} // namespace

void trace_timeline::add(const v1::order& order) {
  using source = trace_entry::source;
  const auto note = [&](std::int64_t at_ms, source from, std::string text) {
    entries_.push_back({at_ms, from, {}, order.order_id(), std::move(text)});
  };
  const int known = order.history_at_ms_size();
  const int last = order.history_size() - 1;
  for (int i = 0; i <= last; ++i) {
    if (i < known)
      note(order.history_at_ms(i), source::order, status_text(order, i));
    else if (i == 0 || i == last)
      note(i == 0 ? order.placed_at_ms() : order.updated_at_ms(), source::order, status_text(order, i));
  }
  for (const auto& action : order.actions())
    note(action.at_ms(), source::person, action_text(action));
}

std::uint64_t trace_timeline::add(std::uint32_t node, const v1::log_page& page) {
  std::uint64_t added = 0;
  for (const auto& line : page.lines()) {
    if (!lines_.emplace(node, line).second)
      continue;
    ++added;
    const auto at = runtime::log::time_of(line);
    entries_.push_back(
        {at.value_or(0), trace_entry::source::log, node, {}, std::string{runtime::log::without_time(line)}});
  }
  return added;
}

std::vector<trace_entry> trace_timeline::entries() const {
  auto all = entries_;
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tuple{a.at_ms, a.from} < std::tuple{b.at_ms, b.from};
  });
  return all;
}

std::set<std::string> trace_timeline::orders_named() const {
  std::set<std::string> all;
  for (const auto& [node, line] : lines_)
    if (const auto id = runtime::log::plain_value(line, "order"); !actors::parse_order_id(id).empty())
      all.emplace(id);
  return all;
}

} // namespace orderd::cluster
