// The table of all routes.
#include "cluster/http/handlers.hpp"

namespace orderd::cluster {

namespace {

using enum http_method;

const std::vector<std::string_view> none;
const std::vector<std::string_view> paged{"limit", "cursor"};
const std::vector<std::string_view> of_orders{"status", "customer", "reference", "limit", "cursor"};
const std::vector<unsigned> found{200, 404, 500, 503, 504}; ///< what a read of one thing comes to
const std::vector<unsigned> listed{200, 500, 503, 504};
const std::vector<unsigned> changed{200, 404, 409, 500, 503, 504};
const std::vector<unsigned> shown{200, 503};

} // namespace

std::span<const route> routes() {
  constexpr bool heavy = true;
  static const std::vector<route> all{
      {post, "/v1/orders", "place_order", place_order, {"timeout_ms"}, {200, 409, 500, 503, 504}},
      {get, "/v1/orders", "list_orders", list_orders, of_orders, listed, heavy},
      {get, "/v1/orders/{order_id}", "get_order", get_order, none, found},
      {post, "/v1/orders/{order_id}/cancel", "cancel_order", cancel_order, none, changed},
      {get, "/v1/stock", "list_stock", list_stock, paged, listed, heavy},
      {get, "/v1/stock/{sku}", "get_stock", get_stock, none, found},
      {put, "/v1/stock/{sku}", "put_stock", put_stock, none, {200, 409, 500, 503, 504}},
      {get, "/v1/accounts", "list_accounts", list_accounts, paged, listed, heavy},
      {get, "/v1/accounts/{customer}", "get_account", get_account, none, found},
      {put, "/v1/accounts/{customer}", "put_account", put_account, none, {200, 409, 500, 503, 504}},
      {get, "/v1/quarantine", "list_quarantine", list_quarantine, paged, listed, heavy},
      {post, "/v1/quarantine/resolve", "resolve_entities", resolve_entities, none, {200, 503}, heavy},
      {post, "/v1/quarantine/{kind}/{key}/retry", "retry_entity", retry_entity, none, changed},
      {post, "/v1/quarantine/{kind}/{key}/release", "release_entity", release_entity, none, changed},
      {get, "/v1/cluster", "get_cluster", get_cluster, none, listed},
      {get, "/v1/nodes", "list_nodes", list_nodes, none, listed, heavy},
      {get, "/v1/overview", "get_overview", get_overview, {"seconds"}, listed, heavy},
      {get, "/v1/log", "search_log", search_log, {"containing", "limit"}, listed, heavy},
      {get, "/v1/openapi.json", "show_openapi", show_openapi, none, {200}, heavy},
      {get, "/healthz", "say_alive", say_alive, none, {200}},
      {get, "/readyz", "say_ready", say_ready, none, shown},
      {get, "/metrics", "show_metrics", nullptr, none, {200}, heavy},
      {get, "/", "show_page", nullptr, none, {200, 304, 404}},
      {get, "/page/{rest}", "show_page_file", nullptr, none, {200, 304, 404}},
  };
  return all;
}

std::span<const unsigned> statuses_of_all() noexcept {
  static constexpr unsigned all[] = {400, 403, 405, 408, 413, 415, 421, 431, 503};
  return all;
}

} // namespace orderd::cluster
