// The business's index rows in table::index. The first byte of a key says which index it is; the numbers
// are stored and never change. Keys end in an order id, so they are time-ordered: appended, not scattered.
//
//   {1, status, order id} -> nothing           the orders of a status; moved when the status changes
//   {2, order id} -> previous order id         the chain of a customer's orders, in the account's shard:
//                    (empty: the first)        account_state names the newest
#pragma once

#include "actors/rules/types.hpp"

#include <string>
#include <string_view>

namespace orderd::actors {

inline constexpr char index_by_status = 1;
inline constexpr char index_chain = 2;

/// The prefix of the keys of one status.
inline std::string status_index_prefix(order_status status) {
  return {index_by_status, static_cast<char>(status)};
}

inline std::string status_index_key(order_status status, std::string_view order_id) {
  auto key = status_index_prefix(status);
  key += order_id;
  return key;
}

inline std::string chain_index_key(std::string_view order_id) {
  std::string key(1, index_chain);
  key += order_id;
  return key;
}

} // namespace orderd::actors
