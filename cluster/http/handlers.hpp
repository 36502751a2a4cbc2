// What each route does: a function of the request alone, that answers or asks (http_values.hpp). routes.cpp
// says which path leads to which.
//
// Pure; any thread. A function that is given answers may run on another thread than the one that asked.
#pragma once

#include "cluster/http/router.hpp"

#include <memory>
#include <string>
#include <utility>

namespace orderd::cluster {

/// How long reads wait; placements wait as long as their caller says, else
/// limits::request_timeout_ms_default.
inline constexpr std::uint32_t read_ms_max = 10'000;
/// How long a node that is asked for itself has: one that is down must not hold up what is known of others.
inline constexpr std::uint32_t node_ms_max = 2'000;

// order_routes.cpp
http_step place_order(const call& what);
http_step get_order(const call& what);
http_step cancel_order(const call& what);
// list_routes.cpp, order_list_routes.cpp
http_step list_orders(const call& what);
http_step list_stock(const call& what);
http_step list_accounts(const call& what);
http_step list_quarantine(const call& what);
// stock_routes.cpp
http_step get_stock(const call& what);
http_step put_stock(const call& what);
http_step get_account(const call& what);
http_step put_account(const call& what);
// quarantine_routes.cpp
http_step retry_entity(const call& what);
http_step release_entity(const call& what);
http_step resolve_entities(const call& what);
// entity_routes.cpp
http_step get_entity(const call& what);
http_step explain_order(const call& what);
// node_routes.cpp
http_step get_cluster(const call& what);
http_step list_nodes(const call& what);
http_step get_overview(const call& what);
http_step search_log(const call& what);
// health_routes.cpp
http_step say_alive(const call& what);
http_step say_ready(const call& what);
http_step show_openapi(const call& what);

/// Asks the cluster one thing and makes the response of its answer: `then(const v1::reply&)`.
template <class Then>
http_step ask_cluster(std::shared_ptr<const v1::request> what, Then then) {
  return questions{{{std::move(what)}}, [then = std::move(then)](const reply_list& all) -> http_step {
                     return then(*all.front());
                   }};
}

/// The same of a node itself.
template <class Then>
http_step ask_node(std::string endpoint, std::shared_ptr<const v1::request> what, Then then) {
  return questions{
      {{std::move(what), std::move(endpoint)}},
      [then = std::move(then)](const reply_list& all) -> http_step { return then(*all.front()); }};
}

/// An order id in the path or a body, as UUID text: its 16 bytes, or none and `why`.
std::optional<std::string> order_id_in(std::string_view text, const char* field, problem& why);

/// The bytes of a UUID of any version; empty for what is none.
std::string uuid_bytes(std::string_view text);
/// 16 bytes for a command without an id of its own.
std::string random_id(const api_moment& moment);

} // namespace orderd::cluster
