#include "cluster/ctl_rows.hpp"

#include <iterator>
#include <utility>

namespace orderd::cluster {

namespace {

template <class Row, class Rows>
page<Row> take_page(Rows& rows, bool more) {
  return {{std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())}, more};
}

} // namespace

merged_pages<v1::order> all_orders(node_link& node, std::uint32_t shards, const rows_wanted& wanted) {
  return {node,
          shards,
          wanted.after,
          false,
          [limit = wanted.page_rows](std::uint32_t shard, const std::string& after) {
            v1::request what;
            auto& list = *what.mutable_list_orders();
            list.set_shard(shard);
            list.set_after_order_id(after);
            list.set_limit(limit);
            return what;
          },
          [](v1::reply& answer) -> std::optional<page<v1::order>> {
            if (!answer.has_order_page())
              return std::nullopt;
            return take_page<v1::order>(*answer.mutable_order_page()->mutable_orders(),
                                        answer.order_page().more());
          },
          [](const v1::order& order) -> const std::string& { return order.order_id(); }};
}

merged_pages<v1::stock_item> all_stock(node_link& node, std::uint32_t shards, const rows_wanted& wanted) {
  return {node,
          shards,
          wanted.after,
          false,
          [limit = wanted.page_rows](std::uint32_t shard, const std::string& after) {
            v1::request what;
            auto& list = *what.mutable_list_stock();
            list.set_shard(shard);
            list.set_after_sku(after);
            list.set_limit(limit);
            return what;
          },
          [](v1::reply& answer) -> std::optional<page<v1::stock_item>> {
            if (!answer.has_stock_page())
              return std::nullopt;
            return take_page<v1::stock_item>(*answer.mutable_stock_page()->mutable_items(),
                                             answer.stock_page().more());
          },
          [](const v1::stock_item& item) -> const std::string& { return item.sku(); }};
}

merged_pages<v1::account> all_accounts(node_link& node, std::uint32_t shards, const rows_wanted& wanted) {
  return {node,
          shards,
          wanted.after,
          false,
          [limit = wanted.page_rows](std::uint32_t shard, const std::string& after) {
            v1::request what;
            auto& list = *what.mutable_list_accounts();
            list.set_shard(shard);
            list.set_after_customer(after);
            list.set_limit(limit);
            return what;
          },
          [](v1::reply& answer) -> std::optional<page<v1::account>> {
            if (!answer.has_account_page())
              return std::nullopt;
            auto& accounts = *answer.mutable_account_page();
            auto taken = take_page<v1::account>(*accounts.mutable_accounts(), accounts.more());
            taken.next_after = accounts.next_after();
            return taken;
          },
          [](const v1::account& account) -> const std::string& { return account.customer(); }};
}

} // namespace orderd::cluster
