// Decodes public requests: checks them, and makes of each what a shard or the node has to do.
//
// *Concurrency*: pure functions; any thread.
#pragma once

#include "actors/public/public.pb.h"
#include "actors/requests/validation.hpp"
#include "runtime/entity/request.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace orderd::actors {

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
  accept_lost,
  get_history,
  get_log
};

/// What a request asks of the one shard that answers it.
struct shard_request {
  std::uint32_t shard = 0;
  runtime::request_body what;
};

/// What a public request asks for: something of a shard, something of the node, or a refusal to send
/// back at once (INVALID_FIELD with the field, the value and the limit, or MALFORMED).
using decoded_request = std::variant<shard_request, node_request, refused_request>;

/// Decodes and validates one request. `shards`: of this node, for requests that name a shard.
decoded_request decode_request(const v1::request& what, std::uint32_t shards);

/// The shard that answers a request, of so many; none when any node answers it: what the node itself
/// answers, and what is refused whoever is asked. For clients; `decode_request` says the same.
std::optional<std::uint32_t> shard_of_request(const v1::request& what, std::uint32_t shards);

/// What a request may do to what is stored.
enum class request_cost : std::uint8_t {
  read,     ///< nothing
  write,    ///< change it
  new_work, ///< begin something that takes more turns: the first to be refused under load
};
request_cost cost_of_request(const v1::request& what) noexcept;

/// The name of a request's type for metrics and logs: "place_order"; "none" when the body is missing.
std::string_view request_name(const v1::request& what) noexcept;

} // namespace orderd::actors
