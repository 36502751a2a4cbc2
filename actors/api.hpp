// The door between the public protocol and the engine: decodes a public request into what a shard has
// to do, and builds the business's queries, replies and audit.
//
// Everything here is pure: no I/O, no clock, no shared state; safe from any thread.
#pragma once

#include "actors/public.pb.h"
#include "runtime/entity.hpp"
#include "runtime/request.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace orderd::actors {

/// The kinds of entities. Stored and sent; never change. Orders come last on purpose: their keys are
/// time-ordered, and the last rows of a table are appended to.
enum class kind : std::uint8_t {
  item = 1,    ///< an inventory item; key: SKU
  account = 2, ///< a payment account; key: customer
  card = 3,    ///< the card payment of one order; key: order id
  order = 4,   ///< an order; key: order id
};

/// The name of a kind: "order"; "unknown" for no kind.
std::string_view kind_name(kind which) noexcept;

/// The business of orderd, as the engine's port. `placement_deadline_ms`: how long a placement may
/// take before it is given up and undone.
struct business_options {
  std::int64_t placement_deadline_ms = 30'000;
};
std::unique_ptr<const runtime::business> make_business(business_options options);

/// A request that the node itself answers, not one shard.
enum class node_request : std::uint8_t {
  run_audit,
  get_status,
  get_cluster,
  get_configuration,
  change_configuration,
  get_scrub,
  scrub_now,
  list_lost,
  accept_lost
};

/// What a public request asks for: something of a shard, something of the node, or a refusal to send
/// back at once (a reply body: INVALID_FIELD with the field, the value and the limit, or MALFORMED).
struct refused_request {
  std::string body;
  std::string_view outcome; ///< for the metrics: "invalid_field"
};
using decoded_request = std::variant<runtime::entity_request, runtime::query_request,
                                     runtime::resolve_request, node_request, refused_request>;

/// Decodes and validates one request. `shards`: of this node, for requests that name a shard.
decoded_request decode_request(const v1::request& what, std::uint32_t shards);

/// The shard that answers a request, of so many; none when any node answers it: what the node itself
/// answers, and what is refused whoever is asked. For clients; `decode_request` says the same.
std::optional<std::uint32_t> shard_of_request(const v1::request& what, std::uint32_t shards);

/// The name of a request's type for metrics and logs: "place_order"; "none" when the body is missing.
std::string_view request_name(const v1::request& what) noexcept;

/// A reply body (a v1::reply without its request_id) from a message; the wire adds the id in front.
std::string reply_body(const v1::reply& what);

/// The outcome of a reply body for metrics, without decoding all of it: "ok", "rejection", "fault".
std::string_view reply_outcome(std::string_view body) noexcept;

/// Checks S5 to S8 over all rows of all shards. Feed it every shard, then ask for the report.
///
/// `started_at`: each shard's time when the audit was asked for; of those that are not named, the last.
/// Shards are not read at one moment: with more than one of them, a difference that touches something changed
/// shortly before or since then is counted as `unjudged`, not as a violation. An audit of a node at rest
/// judges everything.
class auditor : public runtime::inspection {
public:
  virtual v1::audit_report report() = 0;
};
std::unique_ptr<auditor> make_auditor(std::vector<runtime::unix_ms> started_at);

} // namespace orderd::actors
