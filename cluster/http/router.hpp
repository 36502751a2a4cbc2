// Which function answers which request: the table of all routes, and how a target becomes its parts.
//
// *Operation*: `find_route` compares the path, segment by segment, with each row of the table; `{...}` takes
// a whole segment, decoded. `call` holds what a handler may read. Parameters that the row does not name are
// refused, like unknown fields of a body.
//
// Pure; any thread.
#pragma once

#include "cluster/http/http_values.hpp"
#include "cluster/http/problem.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orderd::cluster {

/// What a handler is given.
struct call {
  const http_request& request;
  const api_moment& moment;
  std::vector<std::string> parts = {};                             ///< of the path, decoded, in order
  std::map<std::string, std::string, std::less<>> parameters = {}; ///< of the query
};

struct route {
  http_method method;
  std::string_view pattern;                 ///< "/v1/orders/{order_id}"
  std::string_view name;                    ///< for metrics: "get_order"
  http_step (*handle)(const call& what);    ///< nullptr: the door answers it itself
  std::vector<std::string_view> parameters; ///< of the query
  std::vector<unsigned> statuses;           ///< that it answers, beside those of every route
  bool heavy = false;                       ///< its answer may take milliseconds: not on the server's thread
};

/// Every route of orderd.
std::span<const route> routes();

/// What any route may answer: see header_rules.hpp and http_limits.hpp.
std::span<const unsigned> statuses_of_all() noexcept;

struct found_route {
  const route* at = nullptr;
  std::vector<std::string> parts = {};
  std::map<std::string, std::string, std::less<>> parameters = {};
};

/// The row, or the refusal: 404, 405 with Allow, 400 for a part or parameter that cannot be read or is not
/// known.
std::variant<found_route, http_response> find_route(std::span<const route> all, http_method method,
                                                    std::string_view target);

/// Decodes "%2F"; none when it cannot be, or is no UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank);
/// The other way, of one segment of a path.
std::string percent_encoded(std::string_view text);

/// A number among the parameters: `otherwise` if it is not there, none (and `why`) out of its range.
std::optional<std::uint32_t> number_of(const call& what, std::string_view name, std::uint32_t otherwise,
                                       std::uint32_t low, std::uint32_t high, problem& why);
/// Empty if it is not there.
std::string_view text_of(const call& what, std::string_view name);

} // namespace orderd::cluster
