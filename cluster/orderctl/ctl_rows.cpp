#include "cluster/orderctl/ctl_rows.hpp"

#include <iterator>
#include <utility>

namespace orderd::cluster {

namespace {

template <class Row, class Rows>
page<Row> take_page(Rows& rows, bool more) {
  return {{std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())}, more};
}

/// `list_behind`: makes the question for what comes behind a key, and gives its list to fill. `take`: the
/// page of an answer, or nothing when it is none. `key`: of a row.
template <class Row, class ListBehind, class Take, class Key>
merged_pages<Row> rows_of(node_link& node, std::uint32_t shards, const rows_wanted& wanted,
                          ListBehind list_behind, Take take, Key key) {
  return {node,
          shards,
          wanted.after,
          false,
          [list_behind, limit = wanted.page_rows](std::uint32_t shard, const std::string& after) {
            v1::request what;
            auto& list = list_behind(what, after);
            list.set_shard(shard);
            list.set_limit(limit);
            return what;
          },
          std::move(take),
          std::move(key)};
}

} // namespace

merged_pages<v1::order> all_orders(node_link& node, std::uint32_t shards, const rows_wanted& wanted) {
  return rows_of<v1::order>(
      node, shards, wanted,
      [](v1::request& what, const std::string& after) -> v1::list_orders& {
        what.mutable_list_orders()->set_after_order_id(after);
        return *what.mutable_list_orders();
      },
      [](v1::reply& answer) -> std::optional<page<v1::order>> {
        if (!answer.has_order_page())
          return std::nullopt;
        auto& found = *answer.mutable_order_page();
        return take_page<v1::order>(*found.mutable_orders(), found.more());
      },
      [](const v1::order& order) -> const std::string& { return order.order_id(); });
}

merged_pages<v1::stock_item> all_stock(node_link& node, std::uint32_t shards, const rows_wanted& wanted) {
  return rows_of<v1::stock_item>(
      node, shards, wanted,
      [](v1::request& what, const std::string& after) -> v1::list_stock& {
        what.mutable_list_stock()->set_after_sku(after);
        return *what.mutable_list_stock();
      },
      [](v1::reply& answer) -> std::optional<page<v1::stock_item>> {
        if (!answer.has_stock_page())
          return std::nullopt;
        auto& found = *answer.mutable_stock_page();
        return take_page<v1::stock_item>(*found.mutable_items(), found.more());
      },
      [](const v1::stock_item& item) -> const std::string& { return item.sku(); });
}

merged_pages<v1::account> all_accounts(node_link& node, std::uint32_t shards, const rows_wanted& wanted) {
  return rows_of<v1::account>(
      node, shards, wanted,
      [](v1::request& what, const std::string& after) -> v1::list_accounts& {
        what.mutable_list_accounts()->set_after_customer(after);
        return *what.mutable_list_accounts();
      },
      [](v1::reply& answer) -> std::optional<page<v1::account>> {
        if (!answer.has_account_page())
          return std::nullopt;
        auto& found = *answer.mutable_account_page();
        auto taken = take_page<v1::account>(*found.mutable_accounts(), found.more());
        taken.next_after = found.next_after();
        return taken;
      },
      [](const v1::account& account) -> const std::string& { return account.customer(); });
}

merged_pages<v1::quarantined> all_quarantined(node_link& node, std::uint32_t shards) {
  return rows_of<v1::quarantined>(
      node, shards, {},
      [](v1::request& what, const std::string& after) -> v1::list_quarantine& {
        what.mutable_list_quarantine()->set_after(after);
        return *what.mutable_list_quarantine();
      },
      [](v1::reply& answer) -> std::optional<page<v1::quarantined>> {
        if (!answer.has_quarantine_page())
          return std::nullopt;
        auto& found = *answer.mutable_quarantine_page();
        return take_page<v1::quarantined>(*found.mutable_entries(), found.more());
      },
      [](const v1::quarantined& entry) -> const std::string& { return entry.cursor(); });
}

} // namespace orderd::cluster
