// The rows of one shard in memory: the reader of an audit and the view of a query.
#pragma once

#include "runtime/entity/request.hpp"
#include "runtime/storage/row.hpp"
#include "runtime/storage/store.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace orderd::actors::test {

class memory_rows final : public runtime::state_reader, public runtime::shard_view {
public:
  std::optional<std::string> find(runtime::table in, std::string_view key) const {
    const auto found = cells_.find({in, std::string{key}});
    return found == cells_.end() ? std::nullopt : std::optional{found->second};
  }

  void put(runtime::table in, std::string_view key, std::optional<std::string> value) {
    if (value)
      cells_[{in, std::string{key}}] = *std::move(value);
    else
      cells_.erase({in, std::string{key}});
  }
  void put(const runtime::row_key& key, std::optional<std::string> value) {
    put(key.in(), key.key(), std::move(value));
  }

  std::size_t count(runtime::table in, std::string_view prefix) const {
    std::size_t rows = 0;
    for (const auto& [key, value] : cells_)
      rows += key.first == in && key.second.starts_with(prefix) ? 1 : 0;
    return rows;
  }

  runtime::result<std::optional<std::string>> get(const runtime::row_key& key) override {
    return find(key.in(), key.key());
  }

  runtime::result<void> pin() override { return {}; } // Nobody changes them meanwhile.

  runtime::result<runtime::snapshot> rows(const runtime::entity_id& id) override {
    return runtime::snapshot{find(runtime::table::state, id.row(runtime::table::state).key()),
                             find(runtime::table::content, id.row(runtime::table::content).key())};
  }

  runtime::result<void> scan(runtime::table in, std::string_view prefix, std::string_view after,
                             bool backwards, const visitor& visit) override {
    std::vector<const std::pair<const cell_key, std::string>*> found;
    for (auto at = cells_.lower_bound({in, std::string{prefix}}); at != cells_.end(); ++at) {
      if (at->first.first != in || !at->first.second.starts_with(prefix))
        break;
      const bool beyond = after.empty() || (backwards ? at->first.second < after : at->first.second > after);
      if (beyond)
        found.push_back(&*at);
    }
    if (backwards)
      std::reverse(found.begin(), found.end());
    for (const auto* row : found) {
      const auto next = visit(row->first.second, row->second);
      if (!next)
        return next.error();
      if (*next == step::stop)
        break;
    }
    return {};
  }

  /// Nothing: there is no engine around.
  runtime::entity_description describe(const runtime::entity_id&) override { return known; }
  runtime::entity_description known;

private:
  using cell_key = std::pair<runtime::table, std::string>;
  std::map<cell_key, std::string> cells_;
};

} // namespace orderd::actors::test
