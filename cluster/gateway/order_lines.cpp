#include "cluster/gateway/order_lines.hpp"

#include "actors/rules/order_id.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/log.hpp"

#include <cstddef>
#include <string>

namespace orderd::cluster {

namespace log = runtime::log;

namespace {

constexpr std::size_t trace_id_bytes = 16;

} // namespace

void log_placed(const v1::request& what, std::uint64_t connection) {
  if (!log::enabled(log::level::debug) || !what.has_place_order())
    return;
  const auto& placed = what.place_order();
  // It is not checked yet: what may have any length is no line of a log.
  if (!actors::is_order_id(placed.order_id()) || placed.trace_id().size() > trace_id_bytes)
    return;
  const auto id = actors::order_id_text(placed.order_id());
  if (placed.trace_id().empty())
    return log::debug("gateway", "order_placed", {{"order", id}, {"connection", connection}});
  log::debug("gateway", "order_placed",
             {{"order", id}, {"trace", runtime::to_hex(placed.trace_id())}, {"connection", connection}});
}

void log_settled(const request_window::entry& request, std::string_view reply, std::uint64_t connection,
                 std::chrono::steady_clock::time_point now) {
  if (!log::enabled(log::level::debug) || request.type != "place_order")
    return;
  v1::reply read;
  if (!read.ParseFromArray(reply.data(), static_cast<int>(reply.size())) || !read.has_placement())
    return;
  const auto& outcome = read.placement();
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - request.arrived_at).count();
  log::debug("gateway", "order_settled",
             {{"order", actors::order_id_text(outcome.order_id())},
              {"status", v1::order_status_Name(outcome.status())},
              {"reason", v1::reject_reason_Name(outcome.reason())},
              {"took_us", took},
              {"connection", connection}});
}

} // namespace orderd::cluster
