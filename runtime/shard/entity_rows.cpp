#include "runtime/shard/entity_rows.hpp"

#include <string_view>
#include <utility>

namespace orderd::runtime {

namespace {

/// The rows of an entity, each as `get` finds it. `state_first`: without a state the content is not asked
/// for.
template <class Get>
result<snapshot> rows_of(const entity_id& id, bool has_content, bool state_first, Get get) {
  auto state = get(id.row(table::state));
  if (!state)
    return state.error();
  snapshot found{*std::move(state), std::nullopt};
  if (!has_content || (state_first && !found.state))
    return found;
  auto content = get(id.row(table::content));
  if (!content)
    return content.error();
  found.content = *std::move(content);
  return found;
}

} // namespace

void entity_rows::recover() {
  const auto read =
      store_->scan(table::content, {}, {}, true,
                   [this](std::string_view key, std::string_view) -> result<state_reader::step> {
                     horizon_.start({table::content, key});
                     return state_reader::step::stop;
                   });
  // A damaged last row concerns its own order only: without the mark, every new order is looked up.
  if (!read)
    horizon_.start_unknown();
}

result<std::optional<std::string>> entity_rows::newest(const row_key& key) {
  if (const auto* write = epochs_.newest(key))
    return write->value;
  return store_->get(key);
}

result<snapshot> entity_rows::newest(const entity_id& id) {
  const bool has_content = rules_.has_content(id.kind());
  if (has_content)
    if (const auto content = id.row(table::content);
        horizon_.is_above(content) && epochs_.newest(content) == nullptr)
      return snapshot{}; // New, and the state store is not asked.
  // Content is written by the turn that writes the first state: without one there is no other.
  return rows_of(id, has_content, true, [this](const row_key& key) { return newest(key); });
}

result<snapshot> entity_rows::stored(const entity_id& id) {
  // Of a damaged store a query wants what there is: content without a state still says whose the order is.
  return rows_of(id, rules_.has_content(id.kind()), false,
                 [this](const row_key& key) { return store_->get(key); });
}

void entity_rows::put_content(const entity_id& id, std::string content) {
  const auto key = id.row(table::content);
  horizon_.written(key);
  epochs_.put(key, std::move(content), write_set::known::fresh);
}

} // namespace orderd::runtime
