#include "cluster/top/top_ui.hpp"

#include "actors/rules/order_id.hpp"
#include "cluster/json/json_forms.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr char escape = '\x1b';
/// No key has a longer one; a longer one is passed over.
constexpr std::size_t sequence_max = 8;

std::optional<top_key> key_of(char c) {
  switch (c) {
  case 'q':
  case 'Q':
    return top_key::quit;
  case 's':
    return top_key::sort;
  case '1':
    return top_key::glance;
  case '2':
    return top_key::shards;
  case '3':
    return top_key::orders;
  case 'k':
    return top_key::up;
  case 'j':
    return top_key::down;
  case '\r':
  case '\n':
    return top_key::enter;
  case '\x7f':
  case '\b':
    return top_key::back;
  case 'p':
  case ' ':
    return top_key::pause;
  default:
    return std::nullopt;
  }
}

/// Of the last letter of "Esc [ A" and "Esc O A".
std::optional<top_key> arrow_of(char last) {
  switch (last) {
  case 'A':
    return top_key::up;
  case 'B':
    return top_key::down;
  case 'C':
    return top_key::enter;
  case 'D':
    return top_key::back;
  default:
    return std::nullopt;
  }
}

bool ends_sequence(const std::string& begun) {
  const char last = begun.back();
  return begun.size() > 2 && last >= '@' && last <= '~';
}

void go(top_ui& ui, top_view view) {
  ui.view = view;
  ui.row = 0;
  ui.shard.reset();
  ui.order_id.clear();
}

void enter(top_ui& ui, const top_model& model) {
  if (ui.shard || !ui.order_id.empty() || ui.row >= rows_of(ui, model))
    return;
  if (ui.view == top_view::shards)
    ui.shard = shards_of(model, ui.sort).at(ui.row).shard;
  else if (ui.view == top_view::orders)
    ui.order_id = stuck_of(model).at(ui.row).order_id;
}

void back(top_ui& ui) {
  if (ui.shard || !ui.order_id.empty()) {
    ui.shard.reset();
    ui.order_id.clear();
    return;
  }
  go(ui, top_view::glance);
}

} // namespace

std::vector<top_key> top_key_reader::read(std::string_view bytes) {
  std::vector<top_key> keys;
  const auto add = [&keys](std::optional<top_key> key) {
    if (key)
      keys.push_back(*key);
  };
  for (const char c : bytes) {
    if (begun_.empty()) {
      if (c == escape)
        begun_ = c;
      else
        add(key_of(c));
      continue;
    }
    if (begun_.size() == 1 && c != '[' && c != 'O') {
      begun_.clear();
      add(top_key::back); // Esc, and another key behind it.
      add(key_of(c));
      continue;
    }
    begun_ += c;
    if (ends_sequence(begun_))
      add(begun_.size() == 3 ? arrow_of(c) : std::nullopt);
    if (ends_sequence(begun_) || begun_.size() == sequence_max)
      begun_.clear();
  }
  return keys;
}

std::vector<top_key> top_key_reader::rest() {
  if (std::exchange(begun_, {}) == std::string(1, escape))
    return {top_key::back};
  return {};
}

std::vector<top_stuck> stuck_of(const top_model& model) {
  std::vector<top_stuck> all;
  for (const auto& entry : model.quarantined)
    all.push_back(
        {entry.kind() == "order" || entry.kind() == "card" ? actors::parse_order_id(entry.key()) : "",
         entry.kind(), entry.key(), entry.command(), entry.since_ms(), entry.error(), true});
  for (const auto& order : model.oldest)
    all.push_back({order.order_id(), "order", actors::order_id_text(order.order_id()),
                   status_name(order.status()), order.placed_at_ms(), "", false});
  return all;
}

std::size_t rows_of(const top_ui& ui, const top_model& model) {
  if (ui.shard || !ui.order_id.empty())
    return 0;
  switch (ui.view) {
  case top_view::glance:
    return 0;
  case top_view::shards:
    return static_cast<std::size_t>(model.cluster.shards_size());
  case top_view::orders:
    return stuck_of(model).size();
  }
  return 0;
}

bool press(top_ui& ui, top_key key, const top_model& model) {
  switch (key) {
  case top_key::quit:
    return false;
  case top_key::sort:
    ui.sort = static_cast<top_order>((static_cast<int>(ui.sort) + 1) % top_orders);
    break;
  case top_key::glance:
    go(ui, top_view::glance);
    break;
  case top_key::shards:
    go(ui, top_view::shards);
    break;
  case top_key::orders:
    go(ui, top_view::orders);
    break;
  case top_key::up:
    ui.row -= ui.row > 0 ? 1 : 0;
    break;
  case top_key::down:
    ui.row += ui.row + 1 < rows_of(ui, model) ? 1 : 0;
    break;
  case top_key::enter:
    enter(ui, model);
    break;
  case top_key::back:
    back(ui);
    break;
  case top_key::pause:
    ui.paused = !ui.paused;
    break;
  }
  return true;
}

} // namespace orderd::cluster
