// The reads of one shard: single orders, items and accounts, pages of them, and the quarantine list.
//
// *Operation*: each makes a query for the engine; it answers with a reply body.
// *Limitations*: a page ends early when its reply would pass half of limits::client_frame_bytes_max; `more`
// then says so. `limit` counts the rows read: a page of accounts can hold fewer, or none, and have `more`.
#pragma once

#include "actors/rules/types.hpp"
#include "runtime/entity/entity.hpp"
#include "runtime/entity/request.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace orderd::actors {

using query_ptr = std::unique_ptr<const runtime::query>;

query_ptr get_order_query(std::string order_id);
query_ptr get_stock_query(std::string sku);
query_ptr get_account_query(std::string customer);

/// All that the shard knows of one entity: its rows, and what it waits for.
query_ptr explain_entity_query(const runtime::entity_id& id);

/// A page of the orders with this status, or of all (none). `after`: an order id, empty from the start.
query_ptr order_page_query(order_status status, std::string after, std::uint32_t limit, bool newest_first);

/// The ids of a customer's orders, newest first, along the chain of index_rows.hpp. In the account's shard.
query_ptr customer_orders_query(std::string customer, std::string after, std::uint32_t limit);

query_ptr stock_page_query(std::string after, std::uint32_t limit);
query_ptr account_page_query(std::string after, std::uint32_t limit);

/// `after`: the cursor of an entry, empty from the start.
query_ptr quarantine_page_query(std::string after, std::uint32_t limit);

} // namespace orderd::actors
