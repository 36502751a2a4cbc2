// What comes into a shard from outside, and what goes back.
//
// The gateway (cluster/) decodes frames with the business's help (actors/requests/request_decoder.hpp) into
// these values; the engine never sees a protocol buffer.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/entity/entity_description.hpp"
#include "runtime/storage/store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace orderd::runtime {

/// Who waits for a reply: a connection of this node's gateway, and the gateway's number of the request.
struct caller {
  std::uint64_t connection = 0;
  std::uint64_t request_id = 0;
};

/// What a query may read of the shard it runs in.
class shard_view {
public:
  virtual ~shard_view() = default;

  /// The rows of an entity. For a query that `scans()` those of the state store, and inside a scan's visitor
  /// as of that scan; for any other the newest, the open epoch's included (the answer waits for its commit).
  virtual result<snapshot> rows(const entity_id& id) = 0;

  /// As state_reader::scan. Only for queries whose `scans()` is true: those are answered once every
  /// epoch committed before they came is applied, so they read their own caller's writes.
  virtual result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                            const state_reader::visitor& visit) = 0;

  /// What the engine knows of an entity now, whatever the query does.
  virtual entity_description describe(const entity_id& id) = 0;
};

/// A read of one shard, opaque to the engine.
class query {
public:
  virtual ~query() = default;
  virtual bool scans() const noexcept = 0;
  /// The reply body; a fault becomes a fault reply. Runs in the shard: must be short (one page).
  virtual result<reply_body> answer(shard_view& view) const = 0;
};

/// A command to an entity, from outside.
struct entity_request {
  addressed_command command;
  bool new_work = false; ///< a new order: the first to be refused under load or when the disk is full
};

/// A read of the shard.
struct query_request {
  std::unique_ptr<const query> what;
};

/// An operator's decision about a quarantined entity.
struct resolve_request {
  entity_id entity;
  bool retry = false;        ///< true: run the failing command again; false: drop it and go on
  reply_body resolved_reply; ///< when done
  reply_body not_quarantined_reply;
  std::string by = {}; ///< who decided; empty: nobody is noted
  std::string why = {};
};

/// What is asked of a shard.
using request_body = std::variant<entity_request, query_request, resolve_request>;

struct request {
  caller from;
  /// On the monotone clock: the caller is answered by then, if only with `timeout`. An answer that waits for
  /// nothing but its commit comes when it is durable.
  std::int64_t deadline_at = 0;
  request_body what;
};

/// Whether a fault of this kind says nothing about what is stored, so that it may be told at any time.
constexpr bool rests_on_nothing(fault_code code) noexcept {
  switch (code) {
  case fault_code::quarantined:
  case fault_code::corrupt:
  case fault_code::unsupported_version:
  case fault_code::internal:
    return false;
  default:
    return true;
  }
}

/// A reply on its way to the gateway. The body has everything but the request id.
struct reply {
  caller to;
  reply_outcome outcome = reply_outcome::ok; ///< of the body
  std::shared_ptr<const std::string> body;
  bool rests_on_nothing = false; ///< says nothing of what is stored: may go whoever leads the shard by now
};

/// Reads a shard as of one epoch: the audit. Runs beside the state applier, which goes on.
class inspection {
public:
  virtual ~inspection() = default;

  /// Called once for each shard. It reads what it wants by as many calls of `rows` as it wants, a page a
  /// call; `rows` is valid until it returns.
  virtual result<void> inspect(std::uint32_t shard, state_reader& rows) = 0;
};

} // namespace orderd::runtime
