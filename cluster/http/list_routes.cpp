// Lists over all shards: stock, accounts, quarantine. Those of orders are in order_list_routes.cpp.
#include "cluster/http/lists.hpp"
#include "config/limits.hpp"

#include <algorithm>

namespace orderd::cluster {

std::optional<list_place> place_in_list(const call& what, char list, problem& why) {
  if (what.moment.shards == 0) {
    why = {.status = 503,
           .code = "unavailable",
           .detail = "the node has not reached its cluster yet",
           .retry_after_ms = 1'000};
    return std::nullopt;
  }
  const auto limit = number_of(what, "limit", page_rows_default, 1, limits::page_rows_max, why);
  if (!limit)
    return std::nullopt;
  const auto cursor = text_of(what, "cursor");
  if (cursor.empty())
    return list_place{*limit};
  auto after = read_cursor(list, cursor);
  if (!after) {
    why = invalid_field("cursor", cursor, "the \"next\" of the page before, of the same list");
    return std::nullopt;
  }
  return list_place{*limit, *std::move(after)};
}

json list_json(json items, char list, const std::optional<std::string>& next) {
  return {{"items", std::move(items)}, {"next", next ? json(make_cursor(list, *next)) : json(nullptr)}};
}

namespace {

/// A list in the order of its keys. `fill(request, shard, place)` asks, `read(reply)` makes the page of an
/// answer, or none when it is another one.
template <class Row, class Fill, class Read>
http_step list_by_key(const call& what, char list, Fill fill, Read read) {
  problem why;
  const auto place = place_in_list(what, list, why);
  if (!place)
    return respond(why);
  return questions{
      ask_every_shard(what.moment.shards,
                      [&](v1::request& into, std::uint32_t shard) { fill(into, shard, *place); }),
      [list, limit = place->limit, read](const reply_list& all) -> http_step {
        std::vector<shard_page<Row>> pages;
        for (const auto& each : all) {
          auto page = read(*each);
          if (!page)
            return respond(problem_of(*each));
          if (page->more && page->end.empty() && !page->rows.empty())
            page->end = page->rows.back().key;
          pages.push_back(*std::move(page));
        }
        auto merged = merge_pages(std::move(pages), key_order::ascending, limit);
        auto items = json::array();
        for (const auto& row : merged.rows)
          items.push_back(to_json(row));
        return respond(list_json(std::move(items), list, merged.next));
      }};
}

} // namespace

http_step list_stock(const call& what) {
  return list_by_key<v1::stock_item>(
      what, 's',
      [](v1::request& into, std::uint32_t shard, const list_place& place) {
        auto& list = *into.mutable_list_stock();
        list.set_shard(shard);
        list.set_after_sku(place.after);
        list.set_limit(place.limit);
      },
      [](const v1::reply& answer) -> std::optional<shard_page<v1::stock_item>> {
        if (!answer.has_stock_page())
          return std::nullopt;
        shard_page<v1::stock_item> page{.rows = {}, .more = answer.stock_page().more()};
        for (const auto& item : answer.stock_page().items())
          page.rows.push_back({item.sku(), item});
        return page;
      });
}

http_step list_accounts(const call& what) {
  return list_by_key<v1::account>(
      what, 'a',
      [](v1::request& into, std::uint32_t shard, const list_place& place) {
        auto& list = *into.mutable_list_accounts();
        list.set_shard(shard);
        list.set_after_customer(place.after);
        list.set_limit(place.limit);
      },
      [](const v1::reply& answer) -> std::optional<shard_page<v1::account>> {
        if (!answer.has_account_page())
          return std::nullopt;
        shard_page<v1::account> page{
            .rows = {}, .more = answer.account_page().more(), .end = answer.account_page().next_after()};
        for (const auto& account : answer.account_page().accounts())
          page.rows.push_back({account.customer(), account});
        return page;
      });
}

http_step list_quarantine(const call& what) {
  return list_by_key<v1::quarantined>(
      what, 'q',
      [](v1::request& into, std::uint32_t shard, const list_place& place) {
        auto& list = *into.mutable_list_quarantine();
        list.set_shard(shard);
        list.set_after(place.after);
        list.set_limit(place.limit);
      },
      [](const v1::reply& answer) -> std::optional<shard_page<v1::quarantined>> {
        if (!answer.has_quarantine_page())
          return std::nullopt;
        shard_page<v1::quarantined> page{.rows = {}, .more = answer.quarantine_page().more()};
        for (const auto& entry : answer.quarantine_page().entries())
          page.rows.push_back({entry.cursor(), entry});
        return page;
      });
}

} // namespace orderd::cluster
