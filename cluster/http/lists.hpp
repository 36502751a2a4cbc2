// What lists over all shards have in common: limit and cursor of the query, a question to each shard, and
// the form of the answer.
//
// Pure; any thread.
#pragma once

#include "cluster/http/handlers.hpp"
#include "cluster/http/list_cursor.hpp"
#include "cluster/http/merged_page.hpp"
#include "cluster/http/problem.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace orderd::cluster {

inline constexpr std::uint32_t page_rows_default = 50;

struct list_place {
  std::uint32_t limit = page_rows_default;
  std::string after = {}; ///< a key; empty: from the start
};

/// Limit and cursor of a list; none and `why` when one is wrong, or the shards are not known yet.
std::optional<list_place> place_in_list(const call& what, char list, problem& why);

/// {"items":[...],"next":...}
json list_json(json items, char list, const std::optional<std::string>& next);

/// A question to each shard: `fill(request, shard)`.
template <class Fill>
std::vector<question> ask_every_shard(std::uint32_t shards, Fill fill) {
  std::vector<question> all;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    auto what = std::make_shared<v1::request>();
    what->set_timeout_ms(read_ms_max);
    fill(*what, shard);
    all.push_back({std::move(what)});
  }
  return all;
}

/// The first answer that is not what was asked for.
template <class Is>
const v1::reply* first_refusal(const reply_list& all, Is is) {
  for (const auto& each : all)
    if (!is(*each))
      return each.get();
  return nullptr;
}

} // namespace orderd::cluster
