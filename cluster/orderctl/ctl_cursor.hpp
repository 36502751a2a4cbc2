// The place that a list goes on behind: it has to be one that there is.
//
// *Operation*: asked once, before the first page. A page of a shard begins behind any key, also behind one
// that nobody ever had: a mistyped one would look like the end of the list, or like its middle.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/orderctl/node_link.hpp"

#include <optional>
#include <string>

namespace orderd::cluster {

/// What refuses `after`: an answer INVALID_FIELD that names the option and the value, or why the node cannot
/// tell. None when the list may go on; empty (from the start) always may, and so may one that is damaged.
std::optional<v1::reply> refused_order_cursor(const std::string& after, const std::string& customer,
                                              node_link& node);
std::optional<v1::reply> refused_stock_cursor(const std::string& after, node_link& node);
std::optional<v1::reply> refused_account_cursor(const std::string& after, node_link& node);

} // namespace orderd::cluster
