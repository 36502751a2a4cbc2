// What the shards hold, each kind as one sequence sorted by id or key, asked for page by page.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/orderctl/ctl_pages.hpp"
#include "config/limits.hpp"

#include <cstdint>
#include <string>

namespace orderd::cluster {

struct rows_wanted {
  std::string after = {};                          ///< begin behind this id or key, whether it exists or not
  std::uint32_t page_rows = limits::page_rows_max; ///< rows of one answer of one shard
};

merged_pages<v1::order> all_orders(node_link& node, std::uint32_t shards, const rows_wanted& wanted = {});
merged_pages<v1::stock_item> all_stock(node_link& node, std::uint32_t shards, const rows_wanted& wanted = {});
/// Customers who have orders and never had an account are left out.
merged_pages<v1::account> all_accounts(node_link& node, std::uint32_t shards, const rows_wanted& wanted = {});
/// Everything that waits for a person.
merged_pages<v1::quarantined> all_quarantined(node_link& node, std::uint32_t shards);

} // namespace orderd::cluster
