#include "cluster/http/router.hpp"

#include "tests/unit/cluster/http/door_bench.hpp"

#include <gtest/gtest.h>

#include <set>

namespace orderd::cluster {
namespace {

std::string name_of(http_method method, std::string_view target) {
  const auto found = find_route(routes(), method, target);
  if (const auto* refused = std::get_if<http_response>(&found))
    return std::to_string(refused->status);
  return std::string{std::get<found_route>(found).at->name};
}

TEST(Router, FindsEachRoute) {
  using enum http_method;
  EXPECT_EQ(name_of(post, "/v1/orders"), "place_order");
  EXPECT_EQ(name_of(get, "/v1/orders?limit=3"), "list_orders");
  EXPECT_EQ(name_of(get, "/v1/orders/x"), "get_order");
  EXPECT_EQ(name_of(post, "/v1/orders/x/cancel"), "cancel_order");
  EXPECT_EQ(name_of(post, "/v1/quarantine/resolve"), "resolve_entities");
  EXPECT_EQ(name_of(post, "/v1/quarantine/item/A/retry"), "retry_entity");
  EXPECT_EQ(name_of(get, "/"), "show_page");
  EXPECT_EQ(name_of(get, "/page/lib/preact.js"), "show_page_file");
  for (const auto* unknown : {"", "x", "/v1", "/v1/", "/v1/orders/", "/v1/orders/x/", "/v1/orders/x/y/z",
                              "//v1/orders", "/metrics/x", "/page"})
    EXPECT_EQ(name_of(get, unknown), unknown == std::string_view{"/v1/orders/"} ? "get_order" : "404")
        << unknown;
}

TEST(Router, SaysWhichMethodsThereAre) {
  const auto found = find_route(routes(), http_method::other, "/v1/stock/A");
  const auto& refused = std::get<http_response>(found);
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header_of(refused, "Allow"), "GET, HEAD, PUT");
  EXPECT_EQ(name_of(http_method::post, "/metrics"), "405");
}

TEST(Router, DecodesPartsAndParameters) {
  const auto found = find_route(routes(), http_method::get, "/v1/stock/a%2Fb%20%C3%A9");
  EXPECT_EQ(std::get<found_route>(found).parts.at(0), "a/b \xC3\xA9");
  const auto list = find_route(routes(), http_method::get, "/v1/orders?customer=J%26+S&limit=7");
  EXPECT_EQ(std::get<found_route>(list).parameters.at("customer"), "J& S");
  EXPECT_EQ(percent_encoded("a/b \xC3\xA9"), "a%2Fb%20%C3%A9");
}

TEST(Router, RefusesWhatItCannotReadOrDoesNotKnow) {
  for (const auto* bad : {"/v1/stock/%", "/v1/stock/%4", "/v1/stock/%zz", "/v1/stock/%FF", "/v1/stock?limt=3",
                          "/v1/stock?limit=3&limit=4", "/v1/stock?limit=%F", "/v1/stock/A?limit=3"})
    EXPECT_EQ(name_of(http_method::get, bad), "400") << bad;
}

TEST(Router, NamesEachRouteOnce) {
  std::set<std::string_view> names;
  for (const auto& each : routes())
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
}

} // namespace
} // namespace orderd::cluster
