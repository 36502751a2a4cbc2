#include "cluster/top/top_screen.hpp"

#include "cluster/json/json_forms.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

/// Head and foot, and a blank line behind the one and before the other.
constexpr std::size_t frame_lines = 4;

top_text head_of(const top_model& model, const top_ui& ui) {
  std::size_t answer = 0;
  for (const auto& node : model.nodes)
    answer += node.error.empty() ? 1 : 0;
  top_text head;
  head.add("orderd top", top_style::bold).add("  ");
  if (is_known(model))
    head.add(model.cluster.cluster_id().empty() ? "a node by itself  "
                                                : "cluster " + model.cluster.cluster_id() + "  ");
  head.add(std::to_string(answer) + " of " + std::to_string(model.nodes.size()) + " nodes answer",
           answer == model.nodes.size() ? top_style::good : top_style::bad);
  head.add("  " + format_time(model.now_ms).substr(0, 19) + "Z", top_style::dim);
  if (ui.paused)
    head.add("  PAUSED", top_style::warn);
  return head;
}

top_text foot_of(const top_ui& ui) {
  const bool inside = ui.shard || !ui.order_id.empty();
  return std::move(top_text{}.add(inside ? "Esc back  1 glance  2 shards  3 orders  p pause  q quit"
                                         : "1 glance  2 shards  3 orders  arrows, Enter: go into  s sort  "
                                           "p pause  q quit",
                                  top_style::dim));
}

/// A list whose chosen row is in sight. Its heading is the first line and stays.
std::vector<top_text> in_sight(std::vector<top_text> lines, std::size_t row, std::size_t room) {
  if (lines.size() <= room || room < 2)
    return lines;
  const auto rows = room - 1;
  const auto last_first = lines.size() - 1 - rows;
  const auto first = std::min(row >= rows ? row - rows + 1 : 0, last_first);
  lines.erase(lines.begin() + 1, lines.begin() + 1 + static_cast<std::ptrdiff_t>(first));
  return lines;
}

std::vector<top_text> view_of(const top_model& model, const top_ui& ui, const top_look& look,
                              std::size_t room) {
  if (ui.shard)
    return one_shard_lines(model, *ui.shard);
  if (!ui.order_id.empty())
    return one_order_lines(model, ui.order_id);
  switch (ui.view) {
  case top_view::glance:
    break;
  case top_view::shards:
    return in_sight(shard_lines(model, ui.sort, ui.row), ui.row, room);
  case top_view::orders:
    return in_sight(stuck_lines(model, ui.row), ui.row, room);
  }
  return glance_lines(model, look);
}

} // namespace

std::vector<std::string> top_screen(const top_model& model, const top_ui& ui, const top_look& look) {
  const auto room = look.height > frame_lines ? look.height - frame_lines : 0;
  auto view = view_of(model, ui, look, room);
  if (view.size() > room)
    view.erase(view.begin() + static_cast<std::ptrdiff_t>(room), view.end());
  std::vector<top_text> all;
  all.push_back(head_of(model, ui));
  all.emplace_back();
  std::move(view.begin(), view.end(), std::back_inserter(all));
  while (all.size() + 1 < look.height)
    all.emplace_back();
  all.push_back(foot_of(ui));
  if (all.size() > look.height)
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(look.height), all.end());
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& each : all)
    lines.push_back(each.line(look.width, look.colours));
  return lines;
}

std::string top_plain(const top_model& model) {
  const top_look look{.width = 160};
  std::string out = head_of(model, {}).line(look.width, false) + '\n';
  for (const auto& part : {glance_lines(model, look), shard_lines(model, top_order::number, std::nullopt),
                           stuck_lines(model, std::nullopt)}) {
    out += '\n';
    for (const auto& each : part)
      out += each.line(look.width, false) + '\n';
  }
  return out;
}

} // namespace orderd::cluster
