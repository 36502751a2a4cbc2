// The unary methods of the services: which body of v1::request each asks, and which of v1::reply it returns.
//
// Pure.
#pragma once

#include "actors/public/public.pb.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace orderd::cluster {

struct grpc_method {
  std::string_view name; ///< lives for ever
  int asks = 0;          ///< field numbers of the bodies
  int returns = 0;
};

namespace methods {

using asks = v1::request;
using returns = v1::reply;

inline constexpr grpc_method place_order{"PlaceOrder", asks::kPlaceOrder, returns::kPlacement};
inline constexpr grpc_method get_order{"GetOrder", asks::kGetOrder, returns::kOrder};
inline constexpr grpc_method cancel_order{"CancelOrder", asks::kCancelOrder, returns::kCancellation};
inline constexpr grpc_method list_orders{"ListOrders", asks::kListOrders, returns::kOrderPage};
inline constexpr grpc_method set_stock{"SetStock", asks::kSetStock, returns::kStockItem};
inline constexpr grpc_method get_stock{"GetStock", asks::kGetStock, returns::kStockItem};
inline constexpr grpc_method list_stock{"ListStock", asks::kListStock, returns::kStockPage};
inline constexpr grpc_method set_account{"SetAccount", asks::kSetAccount, returns::kAccount};
inline constexpr grpc_method get_account{"GetAccount", asks::kGetAccount, returns::kAccount};
inline constexpr grpc_method list_accounts{"ListAccounts", asks::kListAccounts, returns::kAccountPage};
inline constexpr grpc_method explain_entity{"ExplainEntity", asks::kExplainEntity,
                                            returns::kEntityExplanation};
inline constexpr grpc_method list_quarantine{"ListQuarantine", asks::kListQuarantine,
                                             returns::kQuarantinePage};
inline constexpr grpc_method resolve_quarantine{"ResolveQuarantine", asks::kResolveQuarantine,
                                                returns::kQuarantineResolved};
inline constexpr grpc_method get_cluster{"GetCluster", asks::kGetCluster, returns::kClusterStatus};
inline constexpr grpc_method get_status{"GetStatus", asks::kGetStatus, returns::kNodeStatus};
inline constexpr grpc_method get_history{"GetHistory", asks::kGetHistory, returns::kNodeHistory};

inline constexpr std::array all{place_order,        get_order,     cancel_order,   list_orders,
                                set_stock,          get_stock,     list_stock,     set_account,
                                get_account,        list_accounts, explain_entity, list_quarantine,
                                resolve_quarantine, get_cluster,   get_status,     get_history};

} // namespace methods

/// The method that is a stream.
inline constexpr std::string_view exchange_name = "Exchange";

/// The description of the services, for reflection.
const google::protobuf::FileDescriptor& services_file();

/// What a request holds until its answer is gone, in units of config/grpc_limits.hpp: by its encoded bytes,
/// or by the largest reply to requests of its kind, whichever is more.
std::size_t units_of(v1::request::BodyCase what, std::size_t request_bytes);

} // namespace orderd::cluster
